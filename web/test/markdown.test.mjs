import assert from "node:assert/strict";
import { test } from "node:test";
import { installDocument } from "./document.mjs";
import { load } from "./load.mjs";

const createTarget = installDocument();
const { markdownWriter } = await load("widget/markdown.ts");

function render(text, cite) {
  const target = createTarget();
  markdownWriter(target, cite).write(text);
  return target.inside;
}

const shown = [
  ["a paragraph", "One\ntwo", "<p>One\ntwo</p>"],
  ["two paragraphs", "One\n\nTwo", "<p>One</p><p>Two</p>"],
  ["a hard break", "One  \ntwo", "<p>One<br></br>two</p>"],
  ["emphasis", "**bold** and *slanted* and __bold__ _too_", "<p><strong>bold</strong> and <em>slanted</em> and <strong>bold</strong> <em>too</em></p>"],
  ["emphasis in emphasis", "**a *b* c**", "<p><strong>a <em>b</em> c</strong></p>"],
  ["no emphasis inside words", "snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"],
  ["code", "`a < b` and ``a ` b``", "<p><code>a &lt; b</code> and <code>a ` b</code></p>"],
  ["escapes", "\\*not\\* \\[1]", "<p>*not* [1]</p>"],
  ["headings", "# One\n## Two\ntext", "<h3>One</h3><h3>Two</h3><p>text</p>"],
  ["a list", "- a\n- b\n  - c\n- d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"],
  ["a loose list", "- a\n\n- b", "<ul><li>a</li><li>b</li></ul>"],
  ["a numbered list", "3. a\n4. b\n\ntext", '<ol start="3"><li>a</li><li>b</li></ol><p>text</p>'],
  ["a list after a paragraph", "Text:\n- a\n- b", "<p>Text:</p><ul><li>a</li><li>b</li></ul>"],
  ["a paragraph in an item", "1. a\n\n   b\n2. c", "<ol><li>a<p>b</p></li><li>c</li></ol>"],
  ["fenced code", "```js\nlet a = 1;\n\n- b\n```\ntext", "<pre><code>let a = 1;\n\n- b\n</code></pre><p>text</p>"],
  ["a fence that is still open", "```\nlet a", "<pre><code>let a</code></pre>"],
  ["a quote", "> one\n> two\n\nthree", "<blockquote><p>one\ntwo</p></blockquote><p>three</p>"],
  ["a rule", "a\n\n---\n\nb", "<p>a</p><hr></hr><p>b</p>"],
  ["a table", "| a | b |\n|---|:-:|\n| 1 | 2 |\n", "<table><tr><td>a</td><td>b</td></tr><tr><td>1</td><td>2</td></tr></table>"],
  ["links", "[a](https://b.example/c)", `<p><a href="https://b.example/c">a</a></p>`],
  ["bare links", "See https://a.example/b?c=d. Bye", '<p>See <a href="https://a.example/b?c=d">https://a.example/b?c=d</a>. Bye</p>'],
  ["bare links in emphasis", "**https://a.example/**", '<p><strong><a href="https://a.example/">https://a.example/</a></strong></p>'],
  ["mail and telephone", "[m](mailto:a@b.example) [t](tel:+3581)", '<p><a href="mailto:a@b.example">m</a> <a href="tel:+3581">t</a></p>'],
];

for (const [name, text, expected] of shown) test(`shows ${name}`, () => assert.equal(render(text), expected));

test("numbers become chips for the sources that exist, and stay text otherwise", () => {
  const cite = (n) => (n === 1 ? Object.assign(createTarget(), { nodeName: "CHIP" }) : undefined);
  assert.equal(render("Yes [1], no [2].", cite), "<p>Yes <chip></chip>, no [2].</p>");
});

const HOSTILE = [
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:x) [y](file:///etc/passwd) [z](//evil.example)",
  "<javascript:alert(1)>",
  "<img src=x onerror=alert(1)>",
  "![x](https://evil.example/pixel.png)",
  "<script>alert(1)</script>",
  "[a](https://x.example\"onclick=alert(1))",
  "`<b>`\n\n```\n<iframe src=x>\n```",
  "> - # [x](javascript:1)\n> 1. <svg/onload=alert(1)>",
];
const SAFE_NAMES = /^(P|BR|HR|A|EM|STRONG|CODE|PRE|UL|OL|LI|BLOCKQUOTE|TABLE|THEAD|TR|TD|H3)$/;

for (const text of HOSTILE) {
  test(`is harmless: ${JSON.stringify(text)}`, () => {
    const target = createTarget();
    markdownWriter(target).write(text);
    for (const element of target.all) {
      assert.match(element.nodeName, SAFE_NAMES);
      if (element.nodeName === "A") assert.match(element.href, /^(https?:\/\/|mailto:|tel:)/);
      if (element.nodeName === "A") assert.match(element.rel, /noopener noreferrer nofollow/);
    }
  });
}

/** A small generator whose sequence is fixed by its seed. */
function createDice(seed) {
  let state = seed;
  return (sides) => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

test("pieces of any size show what the whole text shows", () => {
  const whole = shown.map(([, text]) => text).join("\n\n");
  const expected = render(whole);
  for (let seed = 1; seed <= 200; seed++) {
    const roll = createDice(seed);
    const target = createTarget();
    const writer = markdownWriter(target);
    for (let end = 0; end < whole.length; ) {
      end = Math.min(whole.length, end + 1 + roll(12));
      writer.write(whole.slice(0, end));
    }
    assert.equal(target.inside, expected, `seed ${seed}`);
  }
});

test("what is settled is not built again", () => {
  const target = createTarget();
  const writer = markdownWriter(target);
  writer.write("One\n\nTwo\n\nThr");
  const [first] = target.childNodes;
  writer.write("One\n\nTwo\n\nThree\n\nFour");
  assert.equal(target.childNodes[0], first);
  assert.equal(target.inside, "<p>One</p><p>Two</p><p>Three</p><p>Four</p>");
});

test("a text that is not a continuation replaces what was shown", () => {
  const target = createTarget();
  const writer = markdownWriter(target);
  writer.write("# One\n\nTwo\n\nThree");
  writer.write("Other");
  assert.equal(target.inside, "<p>Other</p>");
});

test("text made to be slow is shown all the same", () => {
  const hostile = ["*", "**", "`", "[", "![", "[a](", "> ", "- ", "_", "|", "1. ", "<https://", "#", "\\", "(", "* a\n", ">".repeat(9) + "\n", "a|b\n"];
  for (const piece of hostile) {
    const text = piece.repeat(Math.ceil(12_000 / piece.length));
    assert.ok(render(text).length > 0, piece);
  }
});
