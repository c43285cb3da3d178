/** One line of the conversation on the page. */
import type { Citation } from "./contract";
import { make, makeButton } from "./dom";
import { markdownWriter, safeLink } from "./markdown";
import type { Entry } from "./transcript";
import type { Words } from "./words";

/** What a line may ask for. */
export interface EntryActions {
  retry(entry: Entry): void;
  rate(entry: Entry, rating: "up" | "down"): void;
}

export interface EntryView {
  readonly element: HTMLElement;
  /** Shows the entry as it now is. */
  show(): void;
}

/** The sentence that tells who answers at present. */
export const stateSentence = ({ state = "assistant", agent }: Pick<Entry, "state" | "agent">, words: Words): string =>
  state === "agent" ? words.joined.replace("{}", agent ?? words.agent) : words[state];

/** A source that unfolds its quote, drawn as the answer is that quotes it, and the link to where it stands. */
function sourceView({ n, title, url, quote }: Citation): Node {
  const said = make("blockquote");
  markdownWriter(said).write(quote);
  if (url) said.append(...safeLink(url, title));
  return make("details", {}, make("summary", {}, make("b", {}, n + " "), title), said);
}

/** The view of any entry: its text, its sources and what is to be said or done about it. */
export function viewOf(entry: Entry, words: Words, { retry, rate }: EntryActions): EntryView {
  const { role } = entry;
  const body = make("div", { className: "text", dir: "auto", part: role });
  const sources = make("div");
  const note = make("small");
  const thumb = (rating: "up" | "down", label: string) => {
    const button = makeButton("", () => rate(entry, rating), label);
    button.ariaPressed = String(rating === entry.rating);
    return button;
  };
  /** The chip that stands for `[n]` inside the text. */
  const mark = (number: number) => {
    const at = entry.citations?.findIndex(({ n }) => n === number) ?? -1;
    const source = sources.children[at] as HTMLDetailsElement | undefined;
    const show = () => {
      source!.open = true;
      source!.scrollIntoView({ block: "nearest" });
    };
    return source && makeButton("mark", show, String(number), `${words.source} ${number}: ${entry.citations![at]!.title}`);
  };
  const writer = markdownWriter(body, mark);
  let cited: Entry["citations"];

  return {
    element: make("article", { className: role }, body, sources, note),
    show() {
      const { text, status, citations, failure, temporary } = entry;
      // The chips inside the text are known only with the citations, which come with the whole answer.
      if (cited !== citations) {
        sources.replaceChildren(...((cited = citations) ?? []).map(sourceView));
        writer.write("");
      }
      if (role === "visitor") body.textContent = text;
      else writer.write(text || stateSentence(entry, words));
      note.textContent = status === "sending" ? words.sending : status === "failed" ? words.failed + " " + failure : "";
      if (status === "failed" && temporary) note.append(makeButton("", () => retry(entry), words.retry));
      if (status === "written" && role === "assistant") note.append(thumb("up", words.helpful), thumb("down", words.unhelpful));
    },
  };
}
