/** The field at the foot of the panel: grows with its text, sends on Enter, and turns into "stop" while an answer comes. */
import { make } from "./dom";
import type { Words } from "./words";

export interface Composer {
  readonly element: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
  /** Shows "stop" in place of "send". */
  writing(isWriting: boolean): void;
}

export function createComposer(words: Words, send: (text: string) => void, stop: () => void): Composer {
  const field = make("textarea", { rows: 1, ariaLabel: words.placeholder, placeholder: words.placeholder, dir: "auto", part: "field" });
  const button = make("button", { className: "send" });
  let isWriting = false;

  const submit = (event: Event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (isWriting && event.type === "submit") return stop();
    if (!text) return;
    field.value = "";
    send(text);
  };
  field.onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };

  return {
    element: make("form", { onsubmit: submit, part: "composer" }, field, button),
    field,
    writing(next: boolean) {
      isWriting = next;
      button.textContent = next ? "■" : "↑";
      button.ariaLabel = next ? words.stop : words.send;
    },
  };
}
