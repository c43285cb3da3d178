/** The panel of the widget, loaded when a visitor wants to chat. */
import { createComposer } from "./composer";
import { wordsFrom } from "./words";
import { preChatForm } from "./form";
import css from "./panel.css";
import { createLog } from "./log";
import type { Status } from "./connection";
import { stateSentence, type EntryActions } from "./entry";
import { converse } from "./conversation";
import { createFrame } from "./frame";
import { openStore } from "./store";
import { make, makeButton } from "./dom";
import type { Chatbot, Panel, PanelContext, PublicationData } from "./contract";

/** Draws the panel into `context.root`; it connects when it is first opened. */
export function mount(context: PanelContext): Panel {
  const { host, root, button, options } = context;
  const id = options.chatbot!;
  const words = wordsFrom(options);
  const store = openStore("aihio:" + id);
  const intro = make("div", { className: "intro" });
  const next = make("div");
  let chatbot: Chatbot = store.read().chatbot ?? { id, name: options.name ?? "" };
  let status: Status | undefined;
  let isAwaiting = false;

  const tell = (name: string, detail?: unknown) => host.dispatchEvent(new CustomEvent("aihio:" + name, { detail, bubbles: true }));
  const complain = ({ message }: { message: string }) => frame.banner(message);

  const chips = (texts?: string[] | null | false) => make("div", { className: "chips" }, ...(texts ? texts : []).map((text) => makeButton("", () => send(text), text)));

  const conversation = converse({
    // This file is `assets/app.js` below the API.
    api: new URL("../", import.meta.url).href,
    chatbot: id,
    store,
    visit: () => ({ visitor: context.visitor, locale: navigator.language, page_url: location.href.split(/[?#]/)[0] }),
    listener: {
      changed() {
        log.changed();
        draw();
      },
      arrived,
      configured,
      status(next) {
        status = next;
        isAwaiting = false;
        draw();
      },
      caughtUp() {
        log.follow();
        drawIntro();
        tell("ready");
      },
    },
  });

  const send = (text: string) => {
    log.follow();
    conversation.say(text);
  };

  const stop = () => {
    const entry = conversation.writing()!;
    // An answer that the server does not know will not be finished.
    conversation.call("answer.stop", { message_id: entry.message_id }).catch(({ code }) => code && conversation.put(entry, { status: "written" }));
  };

  const rate: EntryActions["rate"] = (entry, rating) =>
    conversation.call("feedback.give", { message_id: entry.message_id, rating }).then(() => conversation.put(entry, { rating }), complain);

  const person = () => conversation.call("agent.request", {}).catch(complain);
  const close = () => frame.dialog.close();
  const log = createLog(words, { retry: conversation.retry, rate }, conversation, intro);
  const composer = createComposer(words, send, stop);
  const frame = createFrame(words, { close: button && close, person, restart: conversation.startOver }, log.element, composer.element);

  /** Greeting, pre-chat form and suggestions, as long as nothing has been said. */
  function drawIntro() {
    const { greeting, suggestions, pre_chat_form: form } = chatbot;
    const isSilent = !conversation.entries.some(({ role }) => role === "visitor");
    const asks = isSilent && !!form?.length && !store.read().introduced;
    composer.element.hidden = asks;
    intro.replaceChildren(
      make("p", { className: "greeting", hidden: !greeting }, greeting ?? ""),
      asks ? preChatForm(form, words, introduce) : chips(isSilent && suggestions),
    );
  }

  const introduce = (values: object) =>
    conversation.call("lead.submit", values).then(() => {
      store.change({ introduced: true });
      drawIntro();
    }, complain);

  /** Brings everything around the lines up to date. */
  function draw() {
    const { state } = conversation;
    const isWriting = !!conversation.writing();
    const isClosed = state === "closed";
    composer.writing(isWriting);
    log.typing(isAwaiting && !isWriting);
    frame.head(chatbot.name, status === "connecting" ? words.connecting : state === "assistant" ? "" : stateSentence(conversation, words));
    frame.banner(isClosed ? words.closed : status === "offline" || status === "stopped" ? words[status] : "", isClosed ? conversation.startOver : conversation.connect);
  }

  function arrived(data: PublicationData) {
    const { type } = data;
    const isVisitor = "role" in data && data.role === "visitor";
    // Whatever happens, what might have been asked instead is gone.
    next.replaceChildren(chips("items" in data && data.items));
    isAwaiting = type === "typing" ? !!data.active && !isVisitor : isVisitor && conversation.state === "assistant";
    tell(type, data);
    drawIntro();
    draw();
    // An answer that is whole is read aloud, once.
    if (type === "message" && !isVisitor) frame.announce(log.textOf(conversation.entries.find(({ message_id }) => message_id === data.message_id)!));
    if (type === "notice") complain(data);
  }

  function configured(next: Chatbot) {
    chatbot = next;
    const { accent, scheme } = chatbot.theme ?? {};
    if (accent && !options.accent) host.style.setProperty("--aihio-accent", accent);
    frame.dialog.style.colorScheme = options.scheme ?? scheme ?? "";
    drawIntro();
    draw();
  }

  const open = () => {
    if (!button) frame.dialog.open = true;
    else if (!frame.dialog.open) frame.dialog[innerWidth > 480 ? "show" : "showModal"]();
    if (!status) conversation.connect();
    log.follow();
    if (!button) return;
    button.ariaExpanded = "true";
    // Without a mouse there may be a keyboard that slides over half the screen: it is for the visitor to ask for.
    if (matchMedia("(hover)").matches) composer.field.focus();
    tell("open");
  };

  frame.dialog.onclose = () => {
    button!.ariaExpanded = "false";
    button!.focus();
    tell("close");
  };

  // Both are harmless after `destroy`, when nothing waits for a next attempt.
  addEventListener("online", conversation.hurry);
  document.addEventListener("visibilitychange", conversation.hurry);

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
  root.append(frame.dialog);
  configured(chatbot);

  log.element.append(next);
  return {
    open,
    close,
    toggle: () => (frame.dialog.open ? close() : open()),
    identify: () => status && conversation.connect(),
    destroy: conversation.stop,
  };
}
