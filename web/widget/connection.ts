/**
 * A connection that heals itself, over the Centrifugal client protocol (version 2, JSON):
 * https://centrifugal.dev/docs/transports/client_protocol. It knows commands, replies, pings and reconnection; what the
 * messages mean is its owner's business.
 */
import { delay } from "./backoff";
import type { Publication, Welcome } from "./contract";

/** Why a command failed. Code 0: the connection was lost before the reply came. */
export interface CommandError {
  code: number;
  message: string;
  temporary?: boolean;
}

/** `offline` stands between two attempts; `stopped` waits for a person. */
export type Status = "connecting" | "online" | "offline" | "stopped";

/** What a connection asks of and tells its owner. */
export interface Owner {
  /** The body of the next `connect` command. */
  hello(): { token?: string };
  welcomed(welcome: Welcome): void;
  published(publication: Publication): void;
  /** A renewed session token. */
  renewed(token: string): void;
  /** The token was refused: forget it, and say whether there was one. */
  refused(): boolean;
  status(status: Status): void;
}

/** The handle on a running connection. */
export interface Connection {
  /** Calls `method` on the server; rejects with a `CommandError`. */
  call(method: string, data: object): Promise<Record<string, unknown>>;
  /** Connects at once: at the start, after a change of identity, or because the network is back. */
  connect(): void;
  /** Ends the wait for the next attempt, if there is one. */
  hurry(): void;
  stop(): void;
}

type Timer = ReturnType<typeof setTimeout> | undefined;

/** One line from the server. */
interface Reply {
  id?: number;
  error?: CommandError;
  connect?: Welcome;
  rpc?: { data?: Record<string, unknown> };
  refresh?: { ttl?: number; token?: string };
  push?: { pub?: Publication; disconnect?: { code: number } };
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(error: CommandError): void;
}

/** Grace for the server's ping and for the reply to `connect`, in milliseconds. */
const PATIENCE_MS = 10_000;
/** The longest delay a browser's timer can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** The protocol's code for a peer that fell silent. */
const NO_WORD = 3012;
const LOST: CommandError = { code: 0, message: "connection lost", temporary: true };

const INVALID_TOKEN = 3500;
/** The codes that forbid to reconnect: the protocol's terminal ranges 3500 and 4500, unreadable or too large frames. */
const isFinal = (code: number) => code === 1003 || code === 1009 || code % 1000 >= 500;
/** The disconnect code that stands for a refused `connect`; 101 is `unauthorized` and 109 `token expired`. */
const asDisconnect = ({ code, temporary }: CommandError) => (temporary ? 3000 : code === 101 || code === 109 ? INVALID_TOKEN : 3501);

export function openConnection(address: string, owner: Owner): Connection {
  let socket: WebSocket | undefined;
  let isOnline = false;
  let lastId = 0;
  let attempt = 0;
  let pingMs = 0;
  let retry: Timer;
  let watchdog: Timer;
  let renewal: Timer;
  let waiting = new Map<number, Waiting>();

  /** Ends the present socket without a word to its handlers, and fails what waits for a reply. */
  const stop = () => {
    [retry, watchdog, renewal].forEach(clearTimeout);
    if (socket) {
      socket.onmessage = socket.onclose = null;
      socket.close();
    }
    const failed = waiting;
    waiting = new Map();
    retry = socket = undefined;
    isOnline = false;
    for (const { reject } of failed.values()) reject(LOST);
  };

  const lost = (code: number) => {
    stop();
    if (code === INVALID_TOKEN && owner.refused()) connect();
    else if (isFinal(code)) owner.status("stopped");
    else {
      retry = setTimeout(connect, delay(attempt++, Math.random()));
      owner.status("offline");
    }
  };

  const expectWord = (milliseconds: number) => {
    clearTimeout(watchdog);
    if (milliseconds) watchdog = setTimeout(lost, milliseconds, NO_WORD);
  };

  const command = (body: object) =>
    new Promise<Reply>((resolve, reject) => {
      if (!socket) return reject(LOST);
      waiting.set(++lastId, { resolve, reject });
      socket.send(JSON.stringify({ id: lastId, ...body }));
    });

  const renewAfter = (seconds = 0) => {
    if (!seconds) return;
    const renew = async () => {
      const { refresh = {} } = await command({ refresh: { token: owner.hello().token } });
      if (refresh.token) owner.renewed(refresh.token);
      renewAfter(refresh.ttl);
    };
    // Without a reply the old token holds until the server ends the expired connection by itself.
    renewal = setTimeout(() => renew().catch(() => {}), Math.min(seconds * 500, LONGEST_TIMER_MS));
  };

  const greeted = (welcome: Welcome) => {
    isOnline = true;
    attempt = 0;
    pingMs = welcome.ping ? welcome.ping * 1000 + PATIENCE_MS : 0;
    expectWord(pingMs);
    renewAfter(welcome.ttl);
    owner.welcomed(welcome);
    owner.status("online");
  };

  const receive = ({ id, error, connect: welcome, push, ...reply }: Reply) => {
    const pending = waiting.get(id!);
    waiting.delete(id!);
    if (push?.pub) owner.published(push.pub);
    else if (push?.disconnect) lost(push.disconnect.code);
    else if (error) pending?.reject(error);
    // The reply to `connect` must be taken in before the pushes that follow it in the same frame.
    else if (welcome) greeted(welcome);
    else if (id) pending?.resolve(reply);
    else if (!push) {
      socket!.send("{}");
      expectWord(pingMs);
    }
  };

  const connect = () => {
    stop();
    owner.status("connecting");
    const fresh = (socket = new WebSocket(address));
    expectWord(PATIENCE_MS);
    fresh.onopen = () => {
      command({ connect: owner.hello() }).catch((error) => error !== LOST && lost(asDisconnect(error)));
    };
    fresh.onmessage = ({ data }) => {
      for (const line of data.split("\n")) if (line && socket === fresh) receive(JSON.parse(line));
    };
    fresh.onclose = ({ code }) => lost(code);
  };

  return {
    call: async (method, data) => {
      if (!isOnline) throw LOST;
      return (await command({ rpc: { method, data } })).rpc?.data ?? {};
    },
    connect,
    hurry() {
      if (retry) connect();
    },
    stop,
  };
}
