/**
 * The launcher: all that a page loads before a visitor wants to chat. It draws one button in a shadow root and fetches
 * the panel (`assets/app.js`, beside this file) on hover, focus or click. No socket, storage or second request before.
 */
import css from "./launcher.css";
import type { Panel, PanelContext, Visitor } from "./contract";

/** Found by attribute where the file is imported as a module or injected by a tag manager. */
const owner = (document.currentScript ?? document.querySelector("[data-chatbot]")) as HTMLScriptElement;
const options = owner.dataset;
const host = document.createElement("aihio-chat");
const root = host.attachShadow({ mode: "open" });
const sheet = new CSSStyleSheet();
const button = document.createElement("button");
const teaser = document.createElement("p");
const context: PanelContext = { host, root, button, options };

let attempts = 0;
let loading: Promise<typeof import("./app")> | undefined;
let panel: Panel | undefined;

// A failed import may be remembered by the browser, so each retry asks by another name.
const place = () => new URL("assets/app.js" + (attempts++ ? "?" + attempts : ""), owner.src || location.href).href as "./app";
const load = () => (loading ??= import(place()));

const show = async (event?: unknown) => {
  try {
    const { mount } = await load();
    teaser.remove();
    (panel ??= mount(context))[event ? "toggle" : "open"]();
  } catch {
    loading = undefined;
    say("The chat can’t be reached. Please try again.");
  }
};

/** Shows a line beside the button. */
const say = (text: string) => {
  teaser.textContent = text;
  root.append(teaser);
};

sheet.replaceSync(css);
root.adoptedStyleSheets = [sheet];
if (options.accent) host.style.setProperty("--aihio-accent", options.accent);
host.className = options.position ?? "";
button.part.add("launcher");
button.ariaLabel = options.label ?? "Open chat";
button.onpointerenter = button.onfocus = () => load().catch(() => (loading = undefined));
button.onclick = show;
teaser.part.add("greeting");
teaser.role = "status";
root.append(button);
if (options.greeting) say(options.greeting);

// Beside the body, which may not be there yet, and which some pages replace.
document.documentElement.append(host);
if (options.open != null) show();

/** The page's own handle on the widget. */
const api = {
  /** Opens the panel, loading it first where needed. */
  open: () => show(),
  /** Closes the panel. */
  close: () => panel?.close(),
  /** Calls `listener` with each `open`, `close`, `ready`, `message` or `state` event. */
  on: (name: string, listener: EventListener) => host.addEventListener("aihio:" + name, listener),
  /** Says who the visitor is: `{id, hash, name, email}`. */
  identify(visitor: Visitor) {
    context.visitor = visitor;
    panel?.identify();
  },
};
Object.assign(window, { aihio: api });
