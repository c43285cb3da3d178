import { signal } from "@preact/signals";

const shown = signal<{ text: string; isError: boolean } | null>(null);
let timer: number | undefined;
const VISIBLE_MS = 6000;

function show(text: string, isError: boolean) {
  clearTimeout(timer);
  shown.value = { text, isError };
  timer = window.setTimeout(() => (shown.value = null), VISIBLE_MS);
}

/** Says in passing that something went well. */
export const say = (text: string) => show(text, false);
/** Says what went wrong, in the server's words. */
export const sayError = (error: unknown) => show(error instanceof Error ? error.message : String(error), true);

export function Toast() {
  return (
    <div class="toasts" role="status">
      {shown.value && <p class={shown.value.isError ? "toast error" : "toast"}>{shown.value.text}</p>}
    </div>
  );
}
