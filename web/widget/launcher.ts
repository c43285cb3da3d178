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
const teaser = document.createElement("div");
const context: PanelContext = { host, root, button, options };

let attempts = 0;
let loading: Promise<typeof import("./app")> | undefined;
let panel: Panel | undefined;

// A failed import may be remembered by the browser, so each retry asks by another name.
const place = () => new URL("assets/app.js" + (attempts++ ? "?" + attempts : ""), owner.src || location.href).href as "./app";
const load = () => (loading ??= import(place()));

const prefetch = () => load().catch(() => (loading = undefined));

const show = (toggle?: unknown) =>
  load().then(
    (app) => {
      teaser.remove();
      (panel ??= app.mount(context))[toggle ? "toggle" : "open"]();
    },
    () => {
      loading = undefined;
      teaser.textContent = options.unavailable ?? "The chat can’t be reached right now. Please try again.";
      root.append(teaser);
    },
  );

sheet.replaceSync(css);
root.adoptedStyleSheets = [sheet];
if (options.accent) host.style.setProperty("--aihio-accent", options.accent);
host.className = options.position ?? "";
button.part.add("launcher");
button.ariaLabel = options.label ?? "Open chat";
button.ariaHasPopup = "dialog";
button.ariaExpanded = "false";
button.onpointerenter = button.onfocus = prefetch;
button.onclick = show;
teaser.part.add("greeting");
teaser.role = "status";
teaser.onclick = show;
root.append(button);
if ((teaser.textContent = options.greeting ?? "")) root.append(teaser);

const attach = () => {
  document.body.append(host);
  if (options.open != null) show();
};
document.body ? attach() : addEventListener("DOMContentLoaded", attach);

/** The page's own handle on the widget. */
const api = {
  /** Opens the panel, loading it first where needed. */
  open: show,
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
