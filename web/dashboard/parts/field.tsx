import type { ComponentChildren, InputHTMLAttributes } from "preact";
import { useId } from "preact/hooks";

interface About {
  label: string;
  /** What to enter and what it does. */
  hint?: ComponentChildren;
  /** Why the value was refused. */
  error?: string;
}

interface FieldProps extends About {
  value: string;
  onValue(value: string): void;
  type?: "text" | "email" | "password" | "url" | "color";
  required?: boolean;
  maxLength?: number;
  autocomplete?: string;
}

/** A labelled line of text. */
export function Field({ label, hint, error, onValue, ...given }: FieldProps) {
  const id = useId();
  // The attributes of an input are typed by a constant `type`, which this one does not have.
  const input = given as InputHTMLAttributes<HTMLInputElement>;
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <input {...input} id={id} aria-describedby={id + "-about"} aria-invalid={!!error} onInput={(event) => onValue(event.currentTarget.value)} />
    </Labelled>
  );
}

type AreaProps = About & { value: string; rows?: number; placeholder?: string; required?: boolean; onValue(value: string): void };

/** A labelled text of several lines. */
export function Area({ label, hint, error, onValue, ...area }: AreaProps) {
  const id = useId();
  return (
    <Labelled id={id} label={label} hint={hint} error={error}>
      <textarea rows={3} {...area} id={id} aria-describedby={id + "-about"} aria-invalid={!!error} onInput={(event) => onValue(event.currentTarget.value)} />
    </Labelled>
  );
}

/** A label, what it labels and what is to be said about it. */
export function Labelled({ id, label, hint, error, children }: About & { id: string; children: ComponentChildren }) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <p id={id + "-about"} class={error ? "hint error" : "hint"}>
        {error ?? hint}
      </p>
    </div>
  );
}
