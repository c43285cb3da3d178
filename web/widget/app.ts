/** The panel of the widget, loaded when a visitor wants to chat. */
import type { Status, World } from "./connection";
import type { Chatbot, Panel, PanelContext, PublicationData } from "./contract";
import { createComposer } from "./composer";
import { converse, type Conversation } from "./conversation";
import { make } from "./dom";
import { stateSentence, type EntryActions } from "./entry";
import { preChatForm } from "./form";
import { createFrame } from "./frame";
import { createLog } from "./log";
import css from "./panel.css";
import { openStore } from "./store";
import type { Entry } from "./transcript";
import { wordsFrom } from "./words";

/** Where the API stands: this file is `assets/app.js` below it. */
const API = new URL("../", import.meta.url).href;
/** How often, in milliseconds, an agent is told that the visitor is typing. */
const TYPING_EVERY_MS = 3000;

function browserWorld(chatbot: string): World {
  return {
    socket: () => new WebSocket(API.replace("http", "ws") + `v1/chatbots/${chatbot}/socket`) as never,
    after: (milliseconds, act) => window.setTimeout(act, milliseconds),
    cancel: (timer) => clearTimeout(timer),
    chance: Math.random,
  };
}

async function fetchHistory(session: string, token: string, cursor: string) {
  const query = cursor && "?cursor=" + encodeURIComponent(cursor);
  const reply = await fetch(API + `v1/sessions/${session}/messages` + query, { headers: { authorization: "Bearer " + token }, credentials: "omit" });
  if (!reply.ok) throw reply.status;
  return reply.json();
}

/** Draws the panel into `context.root`; it connects when it is first opened. */
export function mount(context: PanelContext): Panel {
  const { host, root, button, options } = context;
  const id = options.chatbot!;
  const words = wordsFrom(options);
  const store = openStore("aihio:" + id);
  let chatbot: Chatbot = store.read().chatbot ?? { id, name: options.name ?? "Chat" };
  let status: Status = "connecting";
  let awaiting = false;
  let typing = false;
  let unread = 0;
  let typedAt = 0;

  const tell = (name: string, detail?: unknown) => host.dispatchEvent(new CustomEvent("aihio:" + name, { detail, bubbles: true }));
  const actions: EntryActions = {
    retry: (clientId) => conversation.retry(clientId),
    rate(messageId, rating) {
      const entry = conversation.transcript.entries.find((known) => known.messageId === messageId)!;
      const show = (next: Entry["rating"]) => {
        entry.rating = next;
        log.changed(entry);
      };
      const before = entry.rating;
      show(rating);
      conversation.connection.call("feedback.give", { message_id: messageId, rating }).catch(() => show(before));
    },
  };
  const log = createLog(words, actions, () => conversation.transcript.entries);
  const composer = createComposer(words, {
    send,
    stop() {
      const entry = conversation.transcript.writing();
      if (!entry) return;
      conversation.connection.call("answer.stop", { message_id: entry.messageId }).catch(({ code }) => {
        if (!code) return;
        entry.status = "written";
        log.changed(entry);
        draw();
      });
    },
    typing() {
      if (conversation.transcript.state !== "agent" || Date.now() - typedAt < TYPING_EVERY_MS) return;
      typedAt = Date.now();
      conversation.connection.call("typing.set", { active: true }).catch(() => {});
    },
  });
  const restart = () => {
    conversation.startOver();
    draw();
  };
  const frame = createFrame(words, !button, {
    close,
    restart,
    retry: () => (conversation.transcript.state === "closed" ? restart() : conversation.connection.connect()),
    person: () => conversation.connection.call("agent.request", {}).catch(({ message }) => frame.banner(message, false)),
  }, log.element, composer.element);

  function send(text: string) {
    awaiting = false;
    log.follow();
    conversation.say(text);
    draw();
  }

  /** Greeting, pre-chat form and suggestions, as long as nothing has been said. */
  function intro() {
    const { greeting, suggestions, pre_chat_form: form } = chatbot;
    const silent = !conversation.transcript.entries.some(({ role }) => role === "visitor");
    const asks = silent && !!form?.fields?.length && !store.read().introduced;
    composer.element.hidden = asks || conversation.transcript.state === "closed";
    const nodes: Node[] = greeting ? [make("p", { class: "greeting" }, greeting)] : [];
    if (asks) nodes.push(preChatForm(form, words, (values) => conversation.connection.call("lead.submit", values).then(introduced, refused)));
    else if (silent && suggestions?.length) {
      nodes.push(make("div", { class: "suggestions" }, ...suggestions.map((text) => make("button", { type: "button", part: "suggestion", click: () => send(text) }, text))));
    }
    log.intro(...nodes);
  }
  const introduced = () => {
    store.change({ introduced: true });
    intro();
    composer.field.focus();
  };
  const refused = ({ message }: { message: string }) => frame.banner(message, false);

  /** Brings everything around the lines up to date. */
  function draw() {
    const { transcript } = conversation;
    const isWriting = !!transcript.writing();
    const isClosed = transcript.state === "closed";
    intro();
    composer.writing(isWriting);
    log.typing((awaiting || typing) && !isWriting && status === "online");
    const line = transcript.state === "assistant" ? "" : stateSentence(transcript, words);
    frame.head(chatbot.name, status === "online" ? line : status === "connecting" ? words.connecting : "");
    if (isClosed) frame.banner(words.closed, true);
    else frame.banner(status === "waiting" ? words.offline : status === "stopped" ? words.stopped : "", true);
  }

  function arrived(data: PublicationData) {
    const { transcript } = conversation;
    if (data.type === "typing") typing = data.role !== "visitor" && !!data.active;
    else awaiting = data.type === "message" && data.role === "visitor" && transcript.state === "assistant";
    if (data.type === "state") tell("state", data.state);
    if (data.type === "message") {
      tell("message", data);
      if (data.role !== "visitor") heard(data.message_id);
    }
    draw();
    if (data.type === "notice" && data.message) frame.banner(data.message, false);
  }

  /** An answer is whole: it is read aloud once, and counted where the panel is closed. */
  function heard(messageId: string) {
    typing = false;
    const entry = conversation.transcript.entries.find((known) => known.messageId === messageId);
    if (entry) frame.announce(log.textOf(entry));
    if (button && !frame.dialog.open) button.dataset.unread = String(++unread);
  }

  const conversation: Conversation = converse({
    world: browserWorld(id),
    store,
    history: fetchHistory,
    newId: () => crypto.randomUUID(),
    visit: () => ({ visitor: context.visitor, locale: navigator.language, page_url: location.origin + location.pathname }),
    listener: {
      changed: log.changed,
      removed: log.removed,
      arrived,
      status(next) {
        status = next;
        if (next !== "online") awaiting = typing = false;
        draw();
      },
      caughtUp() {
        log.follow();
        draw();
        tell("ready");
      },
      configured(next) {
        chatbot = next;
        theme();
        draw();
      },
    },
  });

  function theme() {
    const { accent, position, launcher_label: label, scheme } = chatbot.theme ?? {};
    if (accent) host.style.setProperty("--theme", accent);
    if (position && !options.position && button) host.className = position;
    if (label && !options.label && button) button.ariaLabel = label;
    host.dataset.scheme = options.scheme ?? scheme ?? "";
  }

  let started = false;
  function open() {
    if (!frame.dialog.open) {
      if (button && matchMedia("(max-width: 480px)").matches) frame.dialog.showModal();
      else frame.dialog.show();
    }
    if (!started) conversation.connection.connect();
    started = true;
    unread = 0;
    if (!button) return;
    delete button.dataset.unread;
    button.ariaExpanded = "true";
    // A keyboard that slides over half a phone is for the visitor to ask for.
    if (matchMedia("(pointer: fine)").matches) composer.field.focus();
    log.follow();
    tell("open");
  }

  function close() {
    frame.dialog.close();
  }
  frame.dialog.addEventListener("close", () => {
    if (!button) return;
    button.ariaExpanded = "false";
    button.focus();
    tell("close");
  });
  frame.dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && button && !event.isComposing) {
      event.preventDefault();
      close();
    }
  });

  const hurry = () => document.hidden || conversation.connection.hurry();
  const fit = () => frame.dialog.style.setProperty("--view", visualViewport!.height + "px");
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  visualViewport?.addEventListener("resize", fit);

  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets.push(sheet);
  root.append(frame.dialog);
  theme();
  for (const { id: clientId, text } of store.read().queue ?? []) conversation.transcript.send(clientId, text);
  draw();

  return {
    open,
    close,
    toggle: () => (frame.dialog.open ? close() : open()),
    identify: () => started && conversation.connection.connect(),
    destroy() {
      conversation.connection.stop();
      removeEventListener("online", hurry);
      document.removeEventListener("visibilitychange", hurry);
      visualViewport?.removeEventListener("resize", fit);
      frame.dialog.remove();
    },
  };
}
