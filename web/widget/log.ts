/** The scrolling list of the conversation: lines in order, painted once a frame, never jumping under the reader. */
import { make } from "./dom";
import { viewOf, type EntryActions, type EntryView } from "./entry";
import type { Entry } from "./transcript";
import type { Words } from "./words";

/** How near the end, in pixels, a reader counts as following. */
const NEAR_END = 80;

export interface Log {
  readonly element: HTMLElement;
  /** Paints with the next frame. */
  changed(): void;
  /** What `entry` reads like, painted now if it has not been. */
  textOf(entry: Entry): string;
  /** Follows the end from here on. */
  follow(): void;
  /** Shows the three dots of someone writing. */
  typing(isTyping: boolean): void;
}

/** Makes the log of what `transcript` holds, under `intro`, the greeting and what goes with it. */
export function createLog(words: Words, actions: EntryActions, transcript: { entries: readonly Entry[] }, intro: HTMLElement): Log {
  const dots = make("p", { className: "dots", role: "img", ariaLabel: words.typing }, "•••");
  const element = make("div", { className: "log", role: "log", ariaLive: "off", ariaLabel: words.log, tabIndex: 0 }, intro, dots);
  const views = new WeakMap<Entry, EntryView & { version?: number }>();
  let following = true;
  let frame = 0;

  const viewFor = (entry: Entry) => {
    const view = views.get(entry) ?? { ...viewOf(entry, words, actions) };
    views.set(entry, view);
    if (view.version !== entry.version) view.show();
    view.version = entry.version;
    return view.element;
  };

  const paint = () => {
    frame = 0;
    let last = intro;
    for (const entry of transcript.entries) {
      const next = viewFor(entry);
      if (last.nextSibling !== next) last.after(next);
      last = next;
    }
    // What is left before the dots belongs to entries that are gone.
    while (last.nextSibling !== dots) last.nextSibling!.remove();
    if (following) element.scrollTop = 1e9;
  };
  const changed = () => {
    frame ||= requestAnimationFrame(paint);
  };
  element.onscroll = () => {
    following = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
  };

  return {
    element,
    changed,
    textOf(entry) {
      // All of it and to the end, or a reader who follows would be found far from it by the scroll event still to come.
      paint();
      return viewFor(entry).firstChild!.textContent!;
    },
    follow() {
      following = true;
      changed();
    },
    typing(isTyping) {
      dots.hidden = !isTyping;
      changed();
    },
  };
}
