// The other end of the widget's socket, held by the test.

/** Every socket that the widget opened, oldest first. */
export const sockets = [];

export class FakeSocket {
  sent = [];
  isClosed = false;
  constructor(address) {
    this.address = address;
    sockets.push(this);
  }
  send(text) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.isClosed = true;
  }
  open() {
    this.onopen();
  }
  /** Hands lines to the client in one frame. */
  says(...lines) {
    this.onmessage({ data: lines.map((line) => JSON.stringify(line)).join("\n") });
  }
  cut(code = 1006) {
    this.onclose({ code });
  }
  /** The last command sent with `name`. */
  last(name) {
    return this.sent.findLast((command) => command[name]);
  }
  /** The last `rpc` of `method`. */
  call(method) {
    return this.sent.findLast(({ rpc }) => rpc?.method === method);
  }
}

export const newest = () => sockets.at(-1);

/** Lets every promise that is due settle. */
export const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Stands in for the browser's `localStorage`. */
export function installBrowser() {
  globalThis.WebSocket = FakeSocket;
  globalThis.localStorage = {};
  sockets.length = 0;
}
