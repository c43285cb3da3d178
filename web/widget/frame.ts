/** The panel's dialog and its head: what surrounds the conversation. */
import { make, makeButton } from "./dom";
import type { Words } from "./words";

export interface Frame {
  readonly dialog: HTMLDialogElement;
  /** The chatbot's name and what is going on, under it. */
  head(name: string, line: string): void;
  /** A strip above the field, perhaps with something to do about it. */
  banner(text: string, action?: () => void): void;
  /** Read aloud once. */
  announce(text: string): void;
}

export interface FrameActions {
  /** Absent where the panel is part of the page and stays. */
  close?: () => void;
  person(): void;
  restart(): void;
}

export function createFrame(words: Words, { close, person, restart }: FrameActions, log: Node, composer: Node): Frame {
  const avatar = make("b", { className: "avatar", ariaHidden: "true" });
  const title = make("h2");
  const status = make("small");
  const banner = make("div", { className: "banner", role: "status" });
  const live = make("p", { className: "unseen", ariaLive: "polite" });
  const summary = make("summary", { ariaLabel: words.menu }, "⋯");
  const choices = make("div", { className: "menu" }, makeButton("", person, words.person), make("br"), makeButton("", restart, words.restart));
  const menu = make("details", {}, summary, choices);
  const head = make("div", { className: "head", part: "header" }, avatar, make("div", {}, title, status), menu, close && makeButton("", close, "×", words.close));
  const dialog = make("dialog", { part: "panel" }, head, log, banner, composer, live);
  dialog.onclick = ({ target }) => {
    if (target !== summary) menu.open = false;
  };
  // Shortcuts of the page must not hear what is typed here.
  dialog.onkeydown = dialog.onkeyup = (event) => {
    event.stopPropagation();
    if (close && event.key === "Escape" && event.type === "keydown" && !event.isComposing) close();
  };

  return {
    dialog,
    head(name, line) {
      title.textContent = dialog.ariaLabel = name;
      avatar.textContent = name.charAt(0);
      status.textContent = line;
    },
    banner(text, action) {
      banner.hidden = !text;
      banner.textContent = text;
      if (action) banner.append(makeButton("", action, action === restart ? words.restart : words.retry));
    },
    announce(text) {
      live.textContent = text;
    },
  };
}
