// Drives the published JavaScript client: node visitor.cjs SOCKET_ADDRESS SESSION_TOKEN
// Events go to standard output and orders come from standard input, one JSON object a line.
const readline = require("node:readline");
const { Centrifuge } = require("centrifuge");
const WebSocket = require("ws");

const [address, token] = process.argv.slice(2);
const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const client = new Centrifuge(address, { token, websocket: WebSocket, minReconnectDelay: 20, maxReconnectDelay: 200 });

client.on("connected", (context) => tell({ event: "connected", data: context.data }));
client.on("connecting", (context) => tell({ event: "connecting", code: context.code, reason: context.reason }));
client.on("disconnected", (context) => tell({ event: "disconnected", code: context.code, reason: context.reason }));
client.on("error", (context) => tell({ event: "error", error: String(context.error?.message ?? context.error) }));
client.on("subscribed", (context) =>
  tell({
    event: "subscribed",
    channel: context.channel,
    recovered: context.recovered ?? false,
    wasRecovering: context.wasRecovering ?? false,
  }),
);
client.on("unsubscribed", (context) => tell({ event: "unsubscribed", channel: context.channel }));
client.on("publication", (context) => tell({ event: "publication", offset: context.offset ?? null, data: context.data }));

readline.createInterface({ input: process.stdin }).on("line", async (line) => {
  const { command, method, data } = JSON.parse(line);
  try {
    tell({ event: "reply", command, data: (await client.rpc(method, data)).data });
  } catch (error) {
    tell({ event: "reply", command, error: { code: error.code, message: error.message } });
  }
});

client.connect();
