import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { load } from "./load.mjs";
import { installBrowser, newest, settle, sockets } from "./wire.mjs";

const { openConnection } = await load("widget/connection.ts");
let seen;
let connection;

function start(more = {}) {
  seen = { statuses: [], published: [], welcomed: [], renewed: [], token: "t1" };
  connection = openConnection("ws://host/socket", {
    hello: () => ({ token: seen.token }),
    welcomed: (welcome) => seen.welcomed.push(welcome),
    published: (publication) => seen.published.push(publication),
    renewed: (token) => seen.renewed.push(token),
    refused() {
      const had = seen.token;
      seen.token = undefined;
      return !!had;
    },
    status: (status) => seen.statuses.push(status),
    ...more,
  });
  connection.connect();
  newest().open();
}

const welcome = (more = {}) => ({ id: newest().last("connect").id, connect: { client: "c", ping: 25, pong: true, ...more } });

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  mock.method(Math, "random", () => 1);
  installBrowser();
});

test("connects with its token and takes in pushes of the same frame after the reply", () => {
  start({ welcomed: () => seen.published.push("welcome") });
  assert.deepEqual(newest().sent, [{ id: 1, connect: { token: "t1" } }]);
  newest().says(welcome(), { push: { channel: "session:s", pub: { data: { type: "typing" } } } });
  assert.deepEqual(seen.published, ["welcome", { data: { type: "typing" } }]);
  assert.deepEqual(seen.statuses, ["connecting", "online"]);
});

test("answers the server's ping", () => {
  start();
  newest().says(welcome());
  newest().says({});
  assert.deepEqual(newest().sent.at(-1), {});
});

test("a call resolves with the reply's data and rejects with its error", async () => {
  start();
  newest().says(welcome());
  const good = connection.call("message.send", { id: "a", text: "hi" });
  assert.deepEqual(newest().sent.at(-1), { id: 2, rpc: { method: "message.send", data: { id: "a", text: "hi" } } });
  newest().says({ id: 2, rpc: { data: { seq: 1 } } });
  assert.deepEqual(await good, { seq: 1 });
  const bad = connection.call("nope", {});
  newest().says({ id: 3, error: { code: 104, message: "method not found" } });
  await assert.rejects(bad, { code: 104 });
});

test("a cut fails what waits, and the wait for each attempt doubles", async () => {
  start();
  newest().says(welcome());
  const call = connection.call("message.send", {});
  newest().cut();
  await assert.rejects(call, { code: 0, temporary: true });
  assert.equal(seen.statuses.at(-1), "offline");
  for (const [at, wait] of [400, 800, 1600].entries()) {
    mock.timers.tick(wait - 1);
    assert.equal(sockets.length, at + 1);
    mock.timers.tick(1);
    assert.equal(sockets.length, at + 2);
    newest().cut();
  }
});

test("a connection that succeeds starts the waits from the beginning", () => {
  start();
  newest().cut();
  mock.timers.tick(400);
  newest().open();
  newest().says(welcome());
  newest().cut();
  mock.timers.tick(400);
  assert.equal(sockets.length, 3);
});

test("ids go on counting across connections", () => {
  start();
  newest().says(welcome());
  newest().cut();
  mock.timers.tick(400);
  newest().open();
  assert.equal(newest().last("connect").id, 2);
});

test("hurries only while it waits", () => {
  start();
  newest().says(welcome());
  connection.hurry();
  assert.equal(sockets.length, 1);
  newest().cut();
  connection.hurry();
  assert.equal(sockets.length, 2);
  connection.hurry();
  assert.equal(sockets.length, 2);
});

test("a server that falls silent is left", () => {
  start();
  newest().says(welcome());
  mock.timers.tick(34_999);
  assert.equal(newest().isClosed, false);
  newest().says({});
  mock.timers.tick(34_999);
  assert.equal(newest().isClosed, false);
  mock.timers.tick(1);
  assert.equal(sockets[0].isClosed, true);
  assert.equal(seen.statuses.at(-1), "offline");
});

for (const code of [3501, 3503, 4500, 1003, 1009]) {
  test(`stops after code ${code}`, () => {
    start();
    newest().says(welcome());
    newest().cut(code);
    mock.timers.tick(60_000);
    assert.equal(sockets.length, 1);
    assert.equal(seen.statuses.at(-1), "stopped");
  });
}

for (const code of [3000, 3001, 3005, 3008, 3010, 3012, 1006]) {
  test(`comes back after code ${code}`, () => {
    start();
    newest().says(welcome());
    newest().cut(code);
    mock.timers.tick(400);
    assert.equal(sockets.length, 2);
  });
}

test("a refused token is dropped, once", () => {
  start();
  newest().cut(3500);
  assert.equal(sockets.length, 2);
  newest().open();
  assert.equal(newest().last("connect").connect.token, undefined);
  newest().cut(3500);
  mock.timers.tick(60_000);
  assert.equal(sockets.length, 2);
  assert.equal(seen.statuses.at(-1), "stopped");
});

test("an expired token in the reply to connect is dropped, too", async () => {
  start();
  newest().says({ id: 1, error: { code: 109, message: "token expired" } });
  await settle();
  assert.equal(sockets.length, 2);
  assert.equal(seen.token, undefined);
});

test("a temporary error of connect is tried again, another is final", async () => {
  start();
  newest().says({ id: 1, error: { code: 100, message: "internal server error", temporary: true } });
  await settle();
  mock.timers.tick(400);
  assert.equal(sockets.length, 2);
  newest().open();
  newest().says({ id: 2, error: { code: 103, message: "permission denied" } });
  await settle();
  assert.equal(seen.statuses.at(-1), "stopped");
  assert.equal(seen.token, "t1");
});

test("the token is renewed at half of its life", async () => {
  start();
  newest().says(welcome({ expires: true, ttl: 600 }));
  mock.timers.tick(20_000);
  newest().says({});
  for (let seconds = 20; seconds < 300; seconds += 20) {
    mock.timers.tick(20_000);
    newest().says({});
  }
  const { id, refresh } = newest().last("refresh");
  assert.deepEqual(refresh, { token: "t1" });
  newest().says({ id, refresh: { expires: true, ttl: 600, token: "t2" } });
  await settle();
  assert.deepEqual(seen.renewed, ["t2"]);
});

test("a push that disconnects is a disconnect", () => {
  start();
  newest().says(welcome());
  newest().says({ push: { disconnect: { code: 3503, reason: "force disconnect" } } });
  assert.equal(seen.statuses.at(-1), "stopped");
});
