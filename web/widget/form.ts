/** The form that a chatbot may show before the first message. */
import type { Chatbot } from "./contract";
import { make } from "./dom";
import type { Words } from "./words";

/** Draws `form`; `submit` gets its values by field name. */
export function preChatForm(form: NonNullable<Chatbot["pre_chat_form"]>, words: Words, submit: (values: object) => void): HTMLElement {
  const fields = (form.fields ?? []).map(({ name, label, type, required }) =>
    make("label", {}, label ?? name, make("input", { name, type: type ?? "text", required: !!required, autocomplete: name })),
  );
  const onSubmit = (event: Event) => {
    event.preventDefault();
    submit(Object.fromEntries(new FormData(event.target as HTMLFormElement)));
  };
  return make("form", { class: "before", submit: onSubmit }, form.title && make("p", {}, form.title), ...fields, make("button", {}, words.begin));
}
