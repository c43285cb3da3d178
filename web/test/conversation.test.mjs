import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { load } from "./load.mjs";
import { installBrowser, newest, settle } from "./wire.mjs";

const { converse } = await load("widget/conversation.ts");
const { openStore } = await load("widget/store.ts");
let seen;
let conversation;
let store;

function start() {
  store = openStore("aihio:bot");
  seen = { statuses: [], arrived: [], configured: [] };
  conversation = converse({
    api: "http://host/",
    chatbot: "bot",
    store,
    visit: () => ({ locale: "en" }),
    listener: {
      changed() {},
      status: (status) => seen.statuses.push(status),
      caughtUp() {},
      configured: (chatbot) => seen.configured.push(chatbot),
      arrived: (data) => seen.arrived.push(data),
    },
  });
  connect();
}

function connect() {
  conversation.connect();
  newest().open();
}

const texts = () => conversation.entries.map(({ text, status }) => `${text} (${status})`);
const visitorSays = (offset, id, text) => ({ offset, data: { type: "message", message_id: `m${offset}`, client_id: id, role: "visitor", text } });
const push = (pub) => ({ push: { channel: "session:s1", pub } });

function welcome(sub = {}, data = {}) {
  const { id } = newest().last("connect");
  newest().says({ id, connect: { ping: 25, pong: true, data: { session_id: "s1", token: "t1", ...data }, subs: { "session:s1": { epoch: "e1", recoverable: true, ...sub } } } });
  return settle();
}

async function reload() {
  conversation.stop();
  start();
  await settle();
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  installBrowser();
});

test("the first connect has neither token nor place", async () => {
  start();
  assert.deepEqual(newest().last("connect").connect, { data: { locale: "en" }, subs: {} });
  await welcome({}, { chatbot: { id: "bot", name: "Guide" } });
  assert.deepEqual(seen.configured, [{ id: "bot", name: "Guide" }]);
});

test("a reload asks for the whole of the stored epoch and shows it", async () => {
  start();
  await welcome();
  await reload();
  const { token, subs } = newest().last("connect").connect;
  assert.equal(token, "t1");
  assert.deepEqual(subs, { "session:s1": { recover: true, epoch: "e1", offset: 0 } });
  await welcome({ recovered: true, offset: 2, publications: [visitorSays(1, "a", "hi"), visitorSays(2, "b", "there")] });
  assert.deepEqual(texts(), ["hi (written)", "there (written)"]);
  assert.deepEqual(seen.arrived, [], "history is not news");
});

test("a reconnection asks from the last offset on", async () => {
  start();
  await welcome();
  newest().says(push(visitorSays(1, "a", "hi")));
  newest().cut(3001);
  connect();
  assert.equal(newest().last("connect").connect.subs["session:s1"].offset, 1);
});

test("a message is shown at once, kept until acknowledged and confirmed by its publication", async () => {
  start();
  await welcome();
  conversation.say("hi");
  assert.deepEqual(texts(), ["hi (sending)"]);
  const { id, rpc } = newest().call("message.send");
  assert.deepEqual(store.read().queue, [{ id: rpc.data.id, text: "hi" }]);
  newest().says(push(visitorSays(1, rpc.data.id, "hi")), { id, rpc: { data: { seq: 1 } } });
  await settle();
  assert.deepEqual(texts(), ["hi (written)"]);
  assert.deepEqual(store.read().queue, []);
});

test("a message survives a reload and is sent again under its id", async () => {
  start();
  await welcome();
  conversation.say("hi");
  const { id } = newest().call("message.send").rpc.data;
  await reload();
  assert.deepEqual(texts(), ["hi (sending)"]);
  await welcome({ recovered: true });
  assert.deepEqual(newest().call("message.send").rpc.data, { id, text: "hi" });
});

test("what was written without a connection is sent, in order, when there is one", async () => {
  start();
  conversation.say("one");
  conversation.say("two");
  await settle();
  await welcome();
  assert.deepEqual(newest().sent.filter(({ rpc }) => rpc).map(({ rpc }) => rpc.data.text), ["one", "two"]);
});

test("a message that recovery brings back is not sent again", async () => {
  start();
  await welcome();
  conversation.say("hi");
  const { id } = newest().call("message.send").rpc.data;
  newest().cut();
  connect();
  await welcome({ recovered: true, offset: 1, publications: [visitorSays(1, id, "hi")] });
  assert.equal(newest().call("message.send"), undefined);
  assert.deepEqual(texts(), ["hi (written)"]);
});

for (const [code, temporary] of [[1001, true], [1003, false]]) {
  test(`error ${code} is shown in the server's words${temporary ? " and can be tried again" : ""}`, async () => {
    start();
    await welcome();
    conversation.say("hi");
    newest().says({ id: newest().call("message.send").id, error: { code, message: "because", temporary } });
    await settle();
    const [entry] = conversation.entries;
    assert.equal(entry.status, "failed");
    assert.equal(entry.failure, "because");
    assert.equal(!!entry.temporary, temporary);
    assert.equal(store.read().queue.length, temporary ? 1 : 0);
    if (!temporary) return;
    const before = newest().call("message.send").rpc.data;
    conversation.retry(entry);
    assert.deepEqual(newest().call("message.send").rpc.data, before);
    assert.deepEqual(texts(), ["hi (sending)"]);
  });
}

test("a gap that can't be filled is fetched, page by page, with the session's token", async () => {
  start();
  await welcome();
  newest().says(push(visitorSays(1, "a", "stale")));
  const asked = [];
  const pages = { "": { items: [{ message_id: "m1", seq: 1, role: "visitor", text: "one" }], next_cursor: "c2" }, c2: { items: [{ message_id: "m2", seq: 2, role: "assistant", text: "two" }] } };
  mock.method(globalThis, "fetch", async (address, { headers }) => {
    asked.push([address, headers.authorization]);
    return { json: async () => pages[new URL(address).searchParams.get("cursor")] };
  });
  newest().cut();
  connect();
  await welcome({ epoch: "e2", offset: 3 });
  await settle();
  assert.deepEqual(asked.map(([, authorization]) => authorization), ["Bearer t1", "Bearer t1"]);
  assert.match(asked[0][0], /^http:\/\/host\/v1\/sessions\/s1\/messages/);
  assert.deepEqual(texts(), ["one (written)", "two (written)"]);
  assert.equal(conversation.position, 3);
});

test("history that can't be fetched is not shown with a hole", async () => {
  start();
  await welcome();
  newest().says(push(visitorSays(1, "a", "one")));
  mock.method(globalThis, "fetch", async () => {
    throw new TypeError("network");
  });
  newest().cut();
  connect();
  await welcome({ epoch: "e2", offset: 3 });
  await settle();
  assert.deepEqual(texts(), []);
  assert.equal(seen.statuses.at(-1), "stopped");
  assert.equal(conversation.position, 0);
});

test("an answer cut off in the middle goes on from its snapshot", async () => {
  start();
  await welcome();
  newest().says(push({ data: { type: "delta", message_id: "m2", n: 0, text: "Hel" } }));
  newest().cut();
  connect();
  await welcome({ recovered: true });
  newest().says(push({ data: { type: "snapshot", message_id: "m2", n: 2, text: "Hello, " } }));
  newest().says(push({ data: { type: "delta", message_id: "m2", n: 3, text: "world" } }));
  assert.deepEqual(texts(), ["Hello, world (writing)"]);
});

test("a new configuration is told and remembered", async () => {
  start();
  await welcome({}, { chatbot: { id: "bot", name: "Guide" } });
  newest().says(push({ data: { type: "config", name: "Helper" } }));
  assert.equal(seen.configured.at(-1).name, "Helper");
  assert.equal(store.read().chatbot.name, "Helper");
  assert.equal(store.read().chatbot.id, "bot");
});

test("starting over leaves session and token behind", async () => {
  start();
  await welcome();
  newest().says(push(visitorSays(1, "a", "hi")));
  conversation.startOver();
  newest().open();
  assert.deepEqual(texts(), []);
  assert.deepEqual(newest().last("connect").connect, { data: { locale: "en" }, subs: {} });
});

test("a refused token begins a new session and keeps what was not sent", async () => {
  start();
  await welcome();
  conversation.say("hi");
  newest().cut(3500);
  newest().open();
  assert.equal(newest().last("connect").connect.token, undefined);
  await welcome({}, { session_id: "s1", token: "t2" });
  assert.equal(newest().call("message.send").rpc.data.text, "hi");
});
