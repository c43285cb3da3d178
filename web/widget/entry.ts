/** One line of the conversation on the page. */
import type { Citation } from "./contract";
import { icon, make } from "./dom";
import { markdownWriter } from "./markdown";
import type { Entry } from "./transcript";
import type { Words } from "./words";

/** What a line may ask for. */
export interface EntryActions {
  retry(clientId: string): void;
  rate(messageId: string, rating: "up" | "down"): void;
}

export interface EntryView {
  readonly element: HTMLElement;
  /** Shows the entry as it now is. */
  show(entry: Entry): void;
}

const THUMB = "M7 10v10H3V10zm3 10h7.5l3-9.5H14V4l-4 6z";

/** The sentence that tells of a change of state. */
export function stateSentence({ state, agent }: Pick<Entry, "state" | "agent">, words: Words): string {
  if (state === "agent") return words.joined.replace("{}", agent || words.agent);
  if (state === "waiting") return words.waiting;
  return state === "closed" ? words.closed : words.returned;
}

/** The sources under an answer: numbered chips, of which one at a time shows its quote. */
function sourceList(words: Words) {
  const chips = make("div", { class: "chips" });
  const card = make("blockquote", { class: "card", part: "citation", hidden: true });
  const element = make("div", { class: "sources", role: "group", "aria-label": words.sources, hidden: true }, chips, card);
  let citations: Citation[] = [];
  let open: number | undefined;

  const draw = () => {
    element.hidden = !citations.length;
    chips.replaceChildren(
      ...citations.map(({ n, title }) =>
        make("button", { type: "button", "aria-expanded": String(n === open), click: () => toggle(n) }, make("b", {}, String(n)), title),
      ),
    );
    const cited = citations.find(({ n }) => n === open);
    card.hidden = !cited;
    if (!cited) return;
    const safe = /^https?:/i.test(cited.url ?? "");
    const title = safe
      ? make("a", { href: cited.url!, target: "_blank", rel: "noopener noreferrer nofollow" }, cited.title)
      : make("strong", {}, cited.title);
    card.replaceChildren(make("p", {}, cited.quote), make("footer", {}, title));
  };

  const toggle = (n: number) => {
    open = open === n ? undefined : n;
    draw();
    (chips.children[citations.findIndex((citation) => citation.n === n)] as HTMLElement | undefined)?.focus();
    if (open) card.scrollIntoView({ block: "nearest" });
  };

  return {
    element,
    show(next: Citation[]) {
      citations = next;
      draw();
    },
    /** The chip that stands for `[n]` inside the text. */
    mark: (n: number) => {
      const cited = citations.find((citation) => citation.n === n);
      return cited && make("button", { type: "button", class: "mark", "aria-label": `${words.source} ${n}: ${cited.title}`, click: () => toggle(n) }, String(n));
    },
  };
}

/** An answer: Markdown, its sources and the two thumbs. */
function answerView(words: Words, actions: EntryActions): EntryView {
  const sources = sourceList(words);
  const body = make("div", { class: "text", part: "answer" });
  const writer = markdownWriter(body, sources.mark);
  let current: Entry;
  const thumb = (rating: "up" | "down", label: string) =>
    make("button", { type: "button", class: rating, "aria-label": label, title: label, click: () => actions.rate(current.messageId!, rating) }, icon(THUMB));
  const thumbs = [thumb("up", words.helpful), thumb("down", words.unhelpful)];
  const rating = make("div", { class: "rating" }, ...thumbs);
  const element = make("article", {}, body, sources.element, rating);
  let cited = 0;
  return {
    element,
    show(entry) {
      current = entry;
      const citations = entry.citations ?? [];
      sources.show(citations);
      // The chips inside the text are known only with the citations, which come with the whole answer.
      if (cited !== citations.length) writer.write("");
      cited = citations.length;
      writer.write(entry.text);
      element.className = `${entry.role} ${entry.status}`;
      rating.hidden = entry.status !== "written" || entry.role !== "assistant";
      thumbs.forEach((button) => button.setAttribute("aria-pressed", String(button.className === entry.rating)));
    },
  };
}

/** What the visitor wrote, with what became of it. */
function visitorView(words: Words, actions: EntryActions): EntryView {
  const body = make("div", { class: "text", part: "question", dir: "auto" });
  const note = make("p", { class: "note" });
  const element = make("article", {}, body, note);
  return {
    element,
    show({ text, status, failure, canRetry, clientId }) {
      body.textContent = text;
      element.className = "visitor " + status;
      note.replaceChildren(
        status === "sending" ? words.sending : status === "failed" ? `${words.failed} ${failure ?? ""} ` : "",
        status === "failed" && canRetry ? make("button", { type: "button", click: () => actions.retry(clientId!) }, words.retry) : "",
      );
    },
  };
}

/** A line of the system: who joined, who left. */
function systemView(words: Words): EntryView {
  const element = make("p", { class: "system" });
  return {
    element,
    show(entry) {
      element.textContent = entry.text || stateSentence(entry, words);
    },
  };
}

/** The view that fits the entry's role. */
export function viewOf({ role }: Entry, words: Words, actions: EntryActions): EntryView {
  if (role === "visitor") return visitorView(words, actions);
  return role === "system" ? systemView(words) : answerView(words, actions);
}
