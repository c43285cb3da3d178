/** What a page shows before, instead of and around its content. */
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

/** Grey bars where content is about to be; nothing jumps when it comes. */
export function Loading() {
  return (
    <div class="loading" role="status" aria-label="Loading">
      <i />
      <i />
      <i />
    </div>
  );
}

/** A page that could not be read, with the way to try again. */
export function Failure({ error, retry }: { error: Error; retry(): void }) {
  return (
    <div class="empty" role="alert">
      <h2>This could not be loaded</h2>
      <p>{error.message}</p>
      <button type="button" class="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}

/** An empty page: why it is empty and the action that fills it. */
export function Empty({ icon, title, children }: { icon: IconName; title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** The colour in which a state is told, beside its word. */
const TONES: Record<string, string> = {
  ready: "good",
  succeeded: "good",
  running: "good",
  active: "good",
  indexed: "good",
  failed: "bad",
  error: "bad",
  isolated: "bad",
  stopped: "bad",
  read: "good",
  stale: "warn",
  gone: "bad",
  waiting: "warn",
  restarting: "warn",
  agent: "warn",
};

/** A state as a word, its own or `word`, with a dot. */
export function Badge({ state, word = state.replaceAll("_", " ") }: { state: string; word?: string }) {
  return <span class={"badge " + (TONES[state] ?? "")}>{word}</span>;
}

/** How far something is, from 0 to 1. */
export function Progress({ label, share }: { label: string; share: number }) {
  return (
    <div class="progress">
      <progress max={1} value={share} aria-label={label} />
      <span>
        {label} {Math.round(share * 100)}%
      </span>
    </div>
  );
}
