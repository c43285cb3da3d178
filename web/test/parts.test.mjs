import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { sendParts } = await load("dashboard/api/parts.ts");

const parts = (count) => Array.from({ length: count }, (_, index) => ({ number: index + 1, url: `/${index + 1}` }));
const text = (blob) => blob.text();

test("every part goes to its own place, and the tags come in order", async () => {
  const seen = new Map();
  const told = [];
  const put = async (part, bytes, sent) => {
    sent(bytes.size);
    seen.set(part.url, await text(bytes));
    // Later parts may well be there first.
    await new Promise((resolve) => setTimeout(resolve, 5 - part.number));
    return `tag ${part.number}`;
  };
  const tags = await sendParts(new Blob(["aabbccd"]), 2, parts(4), put, (bytes) => told.push(bytes));
  assert.deepEqual(tags, ["tag 1", "tag 2", "tag 3", "tag 4"]);
  assert.deepEqual([...seen].sort(), [["/1", "aa"], ["/2", "bb"], ["/3", "cc"], ["/4", "d"]]);
  assert.equal(told.at(-1), 7);
});

test("a part whose line breaks is sent again, and its bytes are not counted twice", async () => {
  let broken = 2;
  const told = [];
  const put = async (part, bytes, sent) => {
    sent(bytes.size);
    if (part.number === 2 && broken-- > 0) throw new Error("broken");
    return "tag";
  };
  await sendParts(new Blob(["aabb"]), 2, parts(2), put, (bytes) => told.push(bytes), 0);
  assert.equal(told.at(-1), 4);
  assert.ok(Math.max(...told) <= 4, String(told));
});

test("a part that never arrives ends the whole, and no further part begins", async () => {
  const begun = new Set();
  const put = async (part) => {
    begun.add(part.number);
    if (part.number === 1) throw new Error("broken for good");
    return new Promise((resolve) => setTimeout(() => resolve("tag"), 20));
  };
  await assert.rejects(sendParts(new Blob(["abcdefgh"]), 1, parts(8), put, () => {}, 0), /for good/);
  assert.ok(begun.size < 8, String([...begun]));
});
