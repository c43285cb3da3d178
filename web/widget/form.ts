/** The form that a chatbot may show before the first message. */
import type { Chatbot } from "./contract";
import { make } from "./dom";
import type { Words } from "./words";

/** Draws `form`; `submit` gets its values by field name. */
export const preChatForm = ({ title = "", fields = [] }: NonNullable<Chatbot["pre_chat_form"]>, words: Words, submit: (values: object) => void) => {
  const inputs = fields.map(({ name, label = name, type = "text", required = false }) => make("label", {}, label, make("input", { name, type, required })));
  const element = make("form", { className: "before" }, title, ...inputs, make("button", {}, words.begin));
  element.onsubmit = (event) => {
    event.preventDefault();
    submit(Object.fromEntries(new FormData(element)));
  };
  return element;
};
