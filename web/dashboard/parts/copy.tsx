import { useState } from "preact/hooks";
import { Icon } from "./icon";

const SAID_MS = 2000;

/** A button that copies `text` and says so. */
export function Copy({ text, label = "Copy" }: { text: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), SAID_MS);
  };
  return (
    <button type="button" class="button" onClick={copy}>
      <Icon name="copy" />
      <span aria-live="polite">{copied ? "Copied" : label}</span>
    </button>
  );
}
