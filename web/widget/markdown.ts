/**
 * Markdown as DOM nodes, while it is still being written. Blocks that can't change any more are kept; only the last one
 * is built anew when text arrives. Every node is made by `createElement`, every text is a text node: there is no HTML to
 * sanitise, images are left out, and links go to http, https, mailto and tel alone.
 */
import { make } from "./dom";

/** A node, or the text of one. */
type Piece = Node | string;

/** Makes what stands for `[n]` in the text, or nothing where n is no source of the answer. */
export type Cite = (n: number) => Node | undefined;

/** A text that grows inside one element. */
export interface Writer {
  /** Shows `text`, which begins with what was shown before, or replaces it where it does not. */
  write(text: string): void;
}

/** How deep things may nest before they are shown as they are written. */
const DEEPEST = 6;
const SAFE_LINK = /^(https?:\/\/|mailto:|tel:)[^\s\0-\x1f]+$/i;

/**
 * The inline forms, tried at each place from left to right; spans are bounded, so that hostile text costs linear time.
 * Groups: 1 escaped, 2-3 code, 4 link text, 5 address, 6 cited number, 7 bare address, 8-9 emphasis; none of them in a line
 * break. An image is a link to itself.
 */
const INLINE =
  /\\([!-/:-@[-`{-~])|(`+)([^]{1,999}?)\2(?!`)|!?\[([^[\]]{0,999})\]\(([^\s()]{0,999})[^()]{0,999}\)|\[(\d{1,3})\]|(https?:\/\/[^\s<>]{1,999}[\w/#&=])|(\*\*?|\b__?)(?=\S)([^]{0,999}?\S)\8(?!\w)|(?: {2,}|\\)\n/g;

/**
 * The blocks, each from the start of a line. Groups: 1-2 fenced code, 3-4 heading, 5 rule, 6 quote, 7 list, 8 table,
 * 9 paragraph. A list goes on over indented lines, and over blank ones where an item or indented text follows.
 */
const BLOCK =
  /^ *(`{3,}).*\n?([^]*?)(?:^ *\1.*$|$(?![^]))|^ *(#{1,6}) +(.*)|^ *([-*_])(?: *\5){2,} *$|((?:^ *>.*\n?)+)|(^ *(?:[-*+]|\d+[.)])(?!\S).*(?:\n+ +\S.*|\n+(?:[-*+]|\d+[.)])(?!\S).*|\n(?! *(?:`{3}|#{1,6} |>)).+)*)|(^ *\|.*\n *\|[ :|-]*$(?:\n *\|.*)*)|(^.*\S.*(?:\n(?! *(?:`{3}|#{1,6} |>|[-*+] |\d+[.)] )).*\S.*)*)/gm;

/** Where one item of a list begins; deeper ones are indented. */
const ITEM = /^(?=(?:[-*+]|\d+[.)])(?!\S))/m;

/** The children inside a link, or without one where the address is of a kind that is not followed. */
export const safeLink = (href: string, ...children: Piece[]): Piece[] =>
  SAFE_LINK.test(href) ? [make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children)] : children;

function inline(text: string, cite: Cite, depth = 0): Piece[] {
  const pieces: Piece[] = [];
  let shown = 0;
  const nested = (piece: string) => (depth < DEEPEST ? inline(piece, cite, depth + 1) : [piece]);
  for (const match of text.matchAll(INLINE)) {
    const [all, escaped, , code, label, address, number, bare, mark, emphasis] = match;
    pieces.push(text.slice(shown, match.index));
    shown = match.index + all.length;
    if (escaped) pieces.push(escaped);
    else if (code) pieces.push(make("code", {}, code.trim() || code));
    else if (label !== undefined) pieces.push(...safeLink(address!, ...nested(label)));
    else if (number) pieces.push(cite(+number) ?? all);
    else if (bare) pieces.push(...safeLink(bare, bare));
    else if (mark) pieces.push(make(mark[1] ? "strong" : "em", {}, ...nested(emphasis!)));
    else pieces.push(make("br"));
  }
  pieces.push(text.slice(shown));
  return pieces;
}

function listNode(text: string, cite: Cite, depth: number): Node {
  const items = text.trimStart().split(ITEM).map((item) => {
    const body = item.replace(/^\s*\S+ ?/, "").replace(/^ {1,4}/gm, "");
    const [first, ...rest] = blocks(body, cite, depth + 1).map(({ node }) => node);
    // The first paragraph of an item goes without its `<p>`.
    return make("li", {}, ...(first?.nodeName === "P" ? first.childNodes : first ? [first] : []), ...rest);
  });
  const start = parseInt(text);
  return start >= 0 ? make("ol", { start }, ...items) : make("ul", {}, ...items);
}

/** The line of dashes under the head of a table goes; every other line is a row of cells. */
function tableNode(text: string, cite: Cite): Node {
  const rows = text.split("\n").filter((line, at) => at !== 1 && line.trim());
  const cells = (line: string) => line.trim().split("|").slice(1, -1).map((cell) => make("td", {}, ...inline(cell.trim(), cite)));
  return make("table", {}, ...rows.map((line) => make("tr", {}, ...cells(line))));
}

/** The blocks of `text`, each with the place where it begins. */
function blocks(text: string, cite: Cite, depth = 0): { node: Node; from: number }[] {
  if (depth > DEEPEST) return [{ node: make("p", {}, text), from: 0 }];
  return [...text.matchAll(BLOCK)].map((match) => {
    const [, fence, code, level, heading, rule, quote, list, table, paragraph = ""] = match;
    const node = fence
      ? make("pre", { tabIndex: 0 }, make("code", {}, code))
      : level
        ? make("h3", {}, ...inline(heading!, cite))
        : rule
          ? make("hr")
          : quote
            ? make("blockquote", {}, ...blocks(quote.replace(/^ *> ?/gm, ""), cite, depth + 1).map(({ node }) => node))
            : list
              ? listNode(list, cite, depth)
              : table
                ? tableNode(table, cite)
                : make("p", {}, ...inline(paragraph.trim(), cite));
    return { node, from: match.index };
  });
}

/** Writes Markdown into `target`, which it owns from here on. */
export function markdownWriter(target: Element, cite: Cite = () => undefined): Writer {
  let shown = "";
  /** How much of the text stands in blocks that will not change. */
  let settled = 0;
  let open: ChildNode[] = [];
  return {
    write(text) {
      if (!text.startsWith(shown)) {
        settled = 0;
        open = [...target.childNodes];
      }
      shown = text;
      for (const node of open) node.remove();
      const made = blocks(text.slice(settled), cite);
      target.append(...made.map(({ node }) => node));
      // Where a block begins is certain once its first line is complete; all blocks before the last such one are settled.
      const lastLine = text.lastIndexOf("\n") - settled;
      const growing = Math.max(0, made.findLastIndex(({ from }) => from <= lastLine));
      open = made.slice(growing).map(({ node }) => node as ChildNode);
      if (growing) settled += made[growing]!.from;
    },
  };
}
