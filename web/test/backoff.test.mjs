import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { delay } = await load("widget/backoff.ts");

test("the wait doubles from 0.4 s up to 30 s", () => {
  assert.deepEqual([0, 1, 2, 3].map((attempt) => delay(attempt, 1)), [400, 800, 1600, 3200]);
  assert.equal(delay(20, 1), 30_000);
});

test("the upper half of the wait is chance", () => {
  assert.equal(delay(3, 0), 1600);
  assert.equal(delay(3, 0.5), 2400);
});
