/** The scrolling list of the conversation: lines in order, painted once a frame, never jumping under the reader. */
import { make } from "./dom";
import { viewOf, type EntryActions, type EntryView } from "./entry";
import type { Entry } from "./transcript";
import type { Words } from "./words";

/** How near the end, in pixels, a reader counts as following. */
const NEAR_END = 80;

export interface Log {
  readonly element: HTMLElement;
  /** Paints `entry` with the next frame. */
  changed(entry: Entry): void;
  removed(entry: Entry): void;
  /** What `entry` reads like, painted now if it has not been. */
  textOf(entry: Entry): string;
  /** Follows the end from here on. */
  follow(): void;
  /** Shows the three dots of someone writing. */
  typing(isTyping: boolean): void;
  /** What stands above the first line: greeting and suggestions. */
  intro(...nodes: Node[]): void;
}

export function createLog(words: Words, actions: EntryActions, order: () => readonly Entry[]): Log {
  const intro = make("div", { class: "intro" });
  const lines = make("div", { class: "lines" });
  const dots = make("div", { class: "dots", role: "img", "aria-label": words.typing, hidden: true }, make("i"), make("i"), make("i"));
  const latest = make("button", { type: "button", class: "latest", hidden: true, click: () => follow() }, "↓ " + words.latest);
  const scroller = make("div", { class: "scroller", role: "log", "aria-live": "off", "aria-label": words.log, tabindex: 0 }, intro, lines, dots);
  const element = make("div", { class: "log" }, scroller, latest);
  const views = new Map<Entry, EntryView>();
  const dirty = new Set<Entry>();
  let following = true;
  let frame = 0;

  const place = (entry: Entry, view: EntryView) => {
    const entries = order();
    const next = entries.slice(entries.indexOf(entry) + 1).find((later) => views.has(later));
    const before = next ? views.get(next)!.element : null;
    if (view.element.parentNode !== lines || view.element.nextSibling !== before) lines.insertBefore(view.element, before);
  };

  const paint = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    for (const entry of dirty) {
      const view = views.get(entry) ?? viewOf(entry, words, actions);
      view.show(entry);
      place(entry, view);
      views.set(entry, view);
    }
    dirty.clear();
    if (following) scroller.scrollTop = scroller.scrollHeight;
  };
  const soon = () => (frame ||= requestAnimationFrame(paint));

  const follow = () => {
    following = latest.hidden = true;
    soon();
  };
  scroller.addEventListener("scroll", () => {
    following = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END;
    latest.hidden = following;
  }, { passive: true });
  new ResizeObserver(soon).observe(scroller);

  return {
    element,
    changed(entry) {
      dirty.add(entry);
      soon();
    },
    removed(entry) {
      dirty.delete(entry);
      views.get(entry)?.element.remove();
      views.delete(entry);
    },
    textOf(entry) {
      paint();
      return views.get(entry)?.element.querySelector(".text")?.textContent ?? "";
    },
    follow,
    typing(isTyping) {
      dots.hidden = !isTyping;
      soon();
    },
    intro(...nodes) {
      intro.replaceChildren(...nodes);
      soon();
    },
  };
}
