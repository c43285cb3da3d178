/** The panel's dialog and its header: what surrounds the conversation. */
import { icon, make } from "./dom";
import type { Words } from "./words";

const CROSS = "m6 6 12 12M18 6 6 18";
const MORE = "M5 12h.01M12 12h.01M19 12h.01";

export interface Frame {
  readonly dialog: HTMLDialogElement;
  /** The chatbot's name and what is going on, under it. */
  head(name: string, line: string): void;
  /** A strip above the field, with a way to try again; nothing hides it. */
  banner(text: string, canRetry: boolean): void;
  /** Read aloud once. */
  announce(text: string): void;
}

export interface FrameActions {
  close(): void;
  retry(): void;
  person(): void;
  restart(): void;
}

export function createFrame(words: Words, isInline: boolean, actions: FrameActions, ...content: Node[]): Frame {
  const avatar = make("span", { class: "avatar", "aria-hidden": "true" });
  const title = make("h2", { id: "title" });
  const status = make("p", { class: "status" });
  const bannerText = make("span");
  const retry = make("button", { type: "button", click: actions.retry }, words.retry);
  const banner = make("div", { class: "banner", role: "status", hidden: true }, bannerText, retry);
  const live = make("p", { class: "unseen", "aria-live": "polite" });
  const choice = (label: string, act: () => void) =>
    make("button", { type: "button", click: () => { menu.open = false; act(); } }, label);
  const menu = make("details", {}, make("summary", { "aria-label": words.menu, title: words.menu }, icon(MORE)),
    make("div", {}, choice(words.person, actions.person), choice(words.restart, actions.restart)));
  const close = make("button", { type: "button", "aria-label": words.close, click: actions.close }, icon(CROSS));
  const header = make("div", { class: "head", part: "header" }, avatar, make("div", {}, title, status), menu, !isInline && close);
  const dialog = make("dialog", { part: "panel", "aria-labelledby": "title" }, header, ...content.slice(0, 1), banner, ...content.slice(1), live);

  // The menu closes when the focus or a press goes elsewhere.
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (!menu.contains(relatedTarget as Node)) menu.open = false;
  });
  // Shortcuts of the page must not hear what is typed here.
  for (const name of ["keydown", "keyup", "keypress"]) dialog.addEventListener(name, (event) => event.stopPropagation());

  return {
    dialog,
    head(name, line) {
      title.textContent = name;
      avatar.textContent = name.slice(0, 1);
      status.textContent = line;
    },
    banner(text, canRetry) {
      banner.hidden = !text;
      bannerText.textContent = text;
      retry.hidden = !canRetry;
    },
    announce(text) {
      live.textContent = text;
    },
  };
}
