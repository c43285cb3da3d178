import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { createTranscript } = await load("widget/transcript.ts");

function open() {
  const transcript = createTranscript(() => {});
  return { transcript, texts: () => transcript.entries.map(({ text }) => text) };
}

const message = (offset, role, text, more = {}) => ({ offset, data: { type: "message", message_id: `m${offset}`, role, text, ...more } });
const delta = (n, text, message_id = "m9") => ({ data: { type: "delta", message_id, n, text } });

test("a durable publication is taken in once", () => {
  const { transcript, texts } = open();
  assert.equal(transcript.publish(message(1, "visitor", "hi")), true);
  assert.equal(transcript.publish(message(1, "visitor", "hi")), false);
  assert.deepEqual(texts(), ["hi"]);
  assert.equal(transcript.position, 1);
});

test("the visitor's own message is confirmed in place", () => {
  const { transcript } = open();
  const sent = transcript.send("a", "hi");
  assert.equal(sent.status, "sending");
  transcript.publish(message(1, "visitor", "hi", { client_id: "a" }));
  assert.deepEqual(transcript.entries, [sent]);
  assert.equal(sent.status, "written");
  assert.equal(sent.offset, 1);
});

test("pieces build the answer, which its message replaces", () => {
  const { transcript, texts } = open();
  transcript.publish(delta(0, "Hel"));
  transcript.publish(delta(1, "lo"));
  assert.deepEqual(texts(), ["Hello"]);
  assert.equal(transcript.writing().message_id, "m9");
  transcript.publish(message(9, "assistant", "Hello"));
  assert.deepEqual(texts(), ["Hello"]);
  assert.equal(transcript.writing(), undefined);
});

test("a piece that is doubled or out of turn changes nothing", () => {
  const { transcript, texts } = open();
  transcript.publish(delta(0, "a"));
  assert.equal(transcript.publish(delta(0, "a")), false);
  assert.equal(transcript.publish(delta(2, "c")), false);
  assert.deepEqual(texts(), ["a"]);
});

test("a snapshot replaces what was held, and pieces go on from it", () => {
  const { transcript, texts } = open();
  transcript.publish(delta(0, "a"));
  transcript.publish({ data: { type: "snapshot", message_id: "m9", n: 4, text: "abcde" } });
  transcript.publish(delta(5, "f"));
  assert.deepEqual(texts(), ["abcdef"]);
});

test("a piece of a finished answer is left out", () => {
  const { transcript, texts } = open();
  transcript.publish(message(9, "assistant", "done"));
  assert.equal(transcript.publish(delta(0, "d")), false);
  assert.deepEqual(texts(), ["done"]);
});

test("what is being written stands after the history, what is on its way out after both", () => {
  const { transcript, texts } = open();
  transcript.send("b", "and this");
  transcript.publish(delta(0, "Answer"));
  transcript.publish(message(1, "visitor", "hi"));
  assert.deepEqual(texts(), ["hi", "Answer", "and this"]);
});

test("history that was fetched joins what was published meanwhile", () => {
  const { transcript, texts } = open();
  transcript.publish(message(3, "assistant", "three"));
  for (const seq of [1, 2, 3]) transcript.restore({ message_id: `m${seq}`, seq, role: "visitor", text: ["one", "two", "three"][seq - 1] });
  assert.deepEqual(texts(), ["one", "two", "three"]);
  assert.equal(transcript.position, 3);
});

test("a change of state is told once", () => {
  const { transcript } = open();
  const state = (offset) => ({ offset, data: { type: "state", state: "agent", agent: { name: "Aino" } } });
  transcript.publish(state(1));
  transcript.publish(state(2));
  assert.equal(transcript.entries.length, 1);
  assert.equal(transcript.agent, "Aino");
  assert.equal(transcript.position, 2);
});

test("a reset keeps what has not been acknowledged", () => {
  const { transcript, texts } = open();
  transcript.publish(message(1, "visitor", "old"));
  transcript.publish({ offset: 2, data: { type: "state", state: "waiting" } });
  transcript.publish(delta(0, "half"));
  transcript.send("a", "kept");
  transcript.reset();
  assert.deepEqual(texts(), ["kept"]);
  assert.equal(transcript.position, 0);
  assert.equal(transcript.state, "assistant");
});

test("whoever takes over cuts the answer short, and it is not left hanging", () => {
  const { transcript, texts } = open();
  transcript.publish(message(1, "visitor", "question"));
  transcript.publish(delta(0, "half an ans"));
  transcript.publish({ offset: 2, data: { type: "state", state: "agent", agent: { name: "Aino" } } });
  assert.equal(transcript.writing(), undefined);
  assert.deepEqual(texts(), ["question", ""]);
});

test("an answer that was cut short and comes after all is shown whole", () => {
  const { transcript, texts } = open();
  transcript.publish(delta(0, "half ", "m2"));
  transcript.publish({ offset: 1, data: { type: "state", state: "waiting" } });
  transcript.publish(delta(1, "an answer", "m2"));
  transcript.publish(message(2, "assistant", "half an answer"));
  assert.deepEqual(texts(), ["", "half an answer"]);
});

test("cuts, replays and duplicates at random lose nothing and double nothing", () => {
  const history = Array.from({ length: 60 }, (_, at) => message(at + 1, at % 2 ? "assistant" : "visitor", `text ${at + 1}`));
  let state = 7;
  const roll = (sides) => ((state = (state * 48271) % 2147483647), state % sides);
  for (let round = 0; round < 200; round++) {
    const { transcript, texts } = open();
    let sent = 0;
    while (transcript.position < history.length) {
      // The server replays from where the client says it stands, or a little before.
      sent = Math.max(0, transcript.position - roll(4));
      const until = sent + 1 + roll(10);
      for (const publication of history.slice(sent, until)) transcript.publish(publication);
    }
    assert.deepEqual(texts(), history.map(({ data }) => data.text));
  }
});
