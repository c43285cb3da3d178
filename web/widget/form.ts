/** The form that a chatbot may show before the first message. */
import type { FormField } from "./contract";
import { make } from "./dom";
import type { Words } from "./words";

/** Draws a form of `fields`; `submit` gets its values by field name. */
export const preChatForm = (fields: FormField[], words: Words, submit: (values: object) => void) => {
  const inputs = fields.map(({ name, label = name, required = false }) => make("label", {}, label, make("input", { name, required })));
  const element = make("form", { className: "before" }, ...inputs, make("button", {}, words.begin));
  element.onsubmit = (event) => {
    event.preventDefault();
    submit(Object.fromEntries(new FormData(element)));
  };
  return element;
};
