/**
 * Markdown as DOM nodes, while it is still being written. Blocks that can't change any more are kept; only the last one
 * is built anew when text arrives. Every node is made by `createElement` and `createTextNode`: there is no HTML to
 * sanitise, images are left out, and links go to http, https, mailto and tel alone.
 */

/** Makes what stands for `[n]` in the text, or nothing where n is no source of the answer. */
export type Cite = (n: number) => Node | undefined;

/** A text that grows inside one element. */
export interface Writer {
  /** Shows `text`, which begins with what was shown before, or replaces it where it does not. */
  write(text: string): void;
}

/** How deep lists and quotes may nest before they are shown as plain paragraphs. */
const DEEPEST = 6;
const SAFE_LINK = /^(https?:\/\/|mailto:|tel:)[^\s\0-\x1f]+$/i;

/**
 * The inline forms, tried at each place from left to right; spans are bounded, so that hostile text costs linear time.
 * Groups: 1 escaped, 2-3 code, 4 image mark, 5 link text, 6 address, 7 cited number, 8 address in angle brackets or bare,
 * 9-10 strong, 11-12 emphasis, 13 struck.
 */
const INLINE =
  /\\([!-/:-@[-`{-~])|(`+)([^]{1,999}?[^`]|[^`])\2(?!`)|(!?)\[([^[\]]{0,499})\]\(<?([^\s()<>]{0,1999}(?:\([^\s()<>]{0,199}\)[^\s()<>]{0,999})?)>?(?:\s"[^"]{0,499}")?\)|\[(\d{1,3})\]|<?\b((?:https?:\/\/|mailto:)[^\s<>]{1,1999}[^\s<>.,;:!?'")\]*_])>?|(\*\*|(?<!\w)__)(?=\S)([^]{0,1999}?\S)\9|(\*|(?<!\w)_)(?=[^\s*])([^]{0,999}?[^\s\\])\11(?![\w*])|~~(?=\S)([^]{0,999}?\S)~~| {2,}\n|\\\n/g;

function element(name: string, ...children: Node[]): HTMLElement {
  const made = document.createElement(name);
  made.append(...children);
  return made;
}

function link(address: string, ...children: Node[]): Node[] {
  if (!SAFE_LINK.test(address)) return children;
  const anchor = element("a", ...children) as HTMLAnchorElement;
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow";
  return [anchor];
}

function inline(text: string, cite: Cite, depth = 0): Node[] {
  const nodes: Node[] = [];
  let shown = 0;
  const plain = (piece: string) => piece && nodes.push(document.createTextNode(piece));
  const nested = (piece: string) => (depth < DEEPEST ? inline(piece, cite, depth + 1) : [document.createTextNode(piece)]);
  for (const match of text.matchAll(INLINE)) {
    plain(text.slice(shown, match.index));
    shown = match.index + match[0].length;
    const [all, escaped, , code, image, label, address, number, bare, , strong, , emphasis, struck] = match;
    if (escaped) plain(escaped);
    else if (code) nodes.push(element("code", document.createTextNode(code.replace(/^ (.*\S.*) $/, "$1"))));
    else if (label !== undefined) nodes.push(...(image ? nested(label) : link(address!, ...nested(label || address!))));
    else if (number) nodes.push(cite(+number) ?? document.createTextNode(all));
    else if (bare) nodes.push(...link(bare, document.createTextNode(bare)));
    else if (strong) nodes.push(element("strong", ...nested(strong)));
    else if (emphasis) nodes.push(element("em", ...nested(emphasis)));
    else if (struck) nodes.push(element("del", ...nested(struck)));
    else nodes.push(element("br"));
  }
  plain(text.slice(shown));
  return nodes;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*[^`]*$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?/;
const ITEM = /^( {0,3})(?:[-*+]|(\d{1,9})[.)])( +|$)/;
const TABLE_LINE = /^\s*\|?(\s*:?-+:?\s*\|)+\s*:?-*:?\s*$/;
const BLANK = /^\s*$/;

/** A block: how many lines it takes and the node that shows them. */
interface Block {
  lines: number;
  node: Node;
}

/** A block and the line it begins at. */
type Placed = Block & { from: number };

/** Counts the lines from `from` on for which `belongs` holds. */
function run(lines: string[], from: number, belongs: (line: string, at: number) => boolean): number {
  let end = from;
  while (end < lines.length && belongs(lines[end]!, end)) end++;
  return end - from;
}

function codeBlock(lines: string[], from: number, fence: string): Block {
  const closing = new RegExp("^ {0,3}" + fence[0] + "{" + fence.length + ",}\\s*$");
  const inside = run(lines, from + 1, (line) => !closing.test(line));
  const text = lines.slice(from + 1, from + 1 + inside).join("\n");
  const node = element("pre", element("code", document.createTextNode(text)));
  node.tabIndex = 0;
  return { lines: Math.min(inside + 2, lines.length - from), node };
}

function quoteBlock(lines: string[], from: number, cite: Cite, depth: number): Block {
  const taken = run(lines, from, (line) => QUOTE.test(line));
  const inner = lines.slice(from, from + taken).map((line) => line.replace(QUOTE, ""));
  return { lines: taken, node: element("blockquote", ...blocks(inner, cite, depth + 1).map(({ node }) => node)) };
}

function listBlock(lines: string[], from: number, cite: Cite, depth: number): Block {
  const [, , start] = ITEM.exec(lines[from]!)!;
  const list = element(start ? "ol" : "ul");
  if (start && start !== "1") (list as HTMLOListElement).start = +start;
  let at = from;
  for (;;) {
    const mark = ITEM.exec(lines[at] ?? "");
    if (!mark || !mark[2] !== !start || RULE.test(lines[at]!)) break;
    const width = mark[0].length;
    const indented = (line: string) => /^\s{2,}/.test(line);
    const more = run(lines, at + 1, (line, here) =>
      BLANK.test(line) ? indented(lines[here + 1] ?? "") : indented(line) || !(startsBlock(line) || BLANK.test(lines[here - 1]!)),
    );
    const inner = lines.slice(at, at + 1 + more);
    const body = inner.map((line, i) => (i ? line.replace(new RegExp("^\\s{0," + width + "}"), "") : line.slice(width)));
    list.append(element("li", ...tight(blocks(body, cite, depth + 1))));
    at += 1 + more;
    const gap = run(lines, at, (line) => BLANK.test(line));
    if (!ITEM.test(lines[at + gap] ?? "")) break;
    at += gap;
  }
  return { lines: at - from, node: list };
}

/** A list item's first paragraph goes without its `<p>`. */
function tight(inside: Block[]): Node[] {
  return inside.flatMap(({ node }, i) => (!i && node.nodeName === "P" ? [...node.childNodes] : [node]));
}

const cells = (line: string) => line.replace(/^\s*\|/, "").replace(/\|\s*$/, "").split("|");

function tableBlock(lines: string[], from: number, cite: Cite): Block {
  const taken = 2 + run(lines, from + 2, (line) => line.includes("|"));
  const row = (line: string, name: string) => element("tr", ...cells(line).map((cell) => element(name, ...inline(cell.trim(), cite))));
  const body = lines.slice(from + 2, from + taken).map((line) => row(line, "td"));
  return { lines: taken, node: element("table", element("thead", row(lines[from]!, "th")), element("tbody", ...body)) };
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some((form) => form.test(line));
}

function block(lines: string[], from: number, cite: Cite, depth: number): Block {
  const line = lines[from]!;
  const fence = FENCE.exec(line)?.[1];
  if (fence) return codeBlock(lines, from, fence);
  const heading = HEADING.exec(line);
  if (heading) return { lines: 1, node: element("h" + Math.min(6, heading[1]!.length + 2), ...inline(heading[2]!, cite)) };
  if (RULE.test(line)) return { lines: 1, node: element("hr") };
  if (depth < DEEPEST && QUOTE.test(line)) return quoteBlock(lines, from, cite, depth);
  if (depth < DEEPEST && ITEM.test(line)) return listBlock(lines, from, cite, depth);
  if (line.includes("|") && TABLE_LINE.test(lines[from + 1] ?? "")) return tableBlock(lines, from, cite);
  const taken = 1 + run(lines, from + 1, (next) => !BLANK.test(next) && !startsBlock(next));
  const text = lines.slice(from, from + taken).map((piece) => piece.trimStart()).join("\n");
  return { lines: taken, node: element("p", ...inline(text.trimEnd(), cite)) };
}

function blocks(lines: string[], cite: Cite, depth = 0): Placed[] {
  const made: Placed[] = [];
  for (let from = 0; from < lines.length; ) {
    if (BLANK.test(lines[from]!)) {
      from++;
      continue;
    }
    const next = block(lines, from, cite, depth);
    made.push({ ...next, from });
    from += next.lines;
  }
  return made;
}

/** Writes Markdown into `target`, which it owns from here on. */
export function markdownWriter(target: Element, cite: Cite = () => undefined): Writer {
  let shown = "";
  /** How much of the text stands in blocks that will not change. */
  let settled = 0;
  let open: Node[] = [];
  return {
    write(text) {
      if (!text.startsWith(shown)) {
        settled = 0;
        open = [...target.childNodes];
      }
      shown = text;
      open.forEach((node) => target.removeChild(node));
      const lines = text.slice(settled).split("\n");
      const made = blocks(lines, cite);
      target.append(...made.map(({ node }) => node));
      // Where a block begins is certain once its first line is complete; all blocks before the last such one are settled.
      const growing = Math.max(0, made.findLastIndex(({ from }) => from < lines.length - 1));
      open = made.slice(growing).map(({ node }) => node);
      if (growing) settled += lines.slice(0, made[growing]!.from).join("\n").length + 1;
    },
  };
}
