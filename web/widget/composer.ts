/** The field at the foot of the panel: grows with its text, sends on Enter, and turns into "stop" while an answer comes. */
import { icon, make } from "./dom";
import type { Words } from "./words";

/** Longer than any chatbot takes, so that a pasted book does not reach the wire. */
const LONGEST_MESSAGE = 16_000;
const UP = "M12 19V6m-6 6 6-6 6 6";
const SQUARE = "M7 7h10v10H7z";

export interface Composer {
  readonly element: HTMLFormElement;
  readonly field: HTMLTextAreaElement;
  /** Shows "stop" in place of "send". */
  writing(isWriting: boolean): void;
}

export interface ComposerActions {
  send(text: string): void;
  stop(): void;
  typing(): void;
}

export function createComposer(words: Words, actions: ComposerActions): Composer {
  const field = make("textarea", { rows: 1, "aria-label": words.field, placeholder: words.placeholder, maxlength: LONGEST_MESSAGE, dir: "auto", part: "field" });
  const send = make("button", { class: "send", "aria-label": words.send, disabled: true }, icon(UP));
  const stop = make("button", { type: "button", class: "send stop", "aria-label": words.stop, hidden: true, click: actions.stop }, icon(SQUARE));

  const fit = () => {
    send.disabled = !field.value.trim();
    field.style.setProperty("height", "auto");
    field.style.setProperty("height", field.scrollHeight + "px");
  };
  const submit = (event: Event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    fit();
    actions.send(text);
  };
  field.addEventListener("input", () => {
    fit();
    actions.typing();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });

  return {
    element: make("form", { submit, part: "composer" }, field, send, stop),
    field,
    writing(isWriting) {
      if (stop.hidden !== isWriting) return;
      const focused = (stop.getRootNode() as ShadowRoot).activeElement;
      stop.hidden = !isWriting;
      send.hidden = isWriting;
      // The button under the finger or the keyboard goes away: the focus must not go with it.
      if (focused === stop || focused === send) field.focus();
    },
  };
}
