/**
 * A connection that heals itself, over the Centrifugal client protocol (version 2, JSON):
 * https://centrifugal.dev/docs/transports/client_protocol. It knows commands, replies, pings and reconnection; what the
 * messages mean is its owner's business.
 */
import { delay } from "./backoff";
import type { Publication, Welcome } from "./contract";

/** The part of `WebSocket` that is used. */
export interface Socket {
  onmessage: ((event: { data: string }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onopen: (() => void) | null;
  send(text: string): void;
  close(): void;
}

/** What a connection needs from the world, so that tests can hold the clock and the wire. */
export interface World {
  socket(): Socket;
  after(milliseconds: number, act: () => void): number;
  cancel(timer: number | undefined): void;
  chance(): number;
}

/** Why a command failed. Code 0: the connection was lost before the reply came. */
export interface CommandError {
  code: number;
  message: string;
  temporary?: boolean;
}

/** `waiting` stands between two attempts; `stopped` waits for a person. */
export type Status = "connecting" | "online" | "waiting" | "stopped";

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

interface Waiting {
  resolve(value: Record<string, unknown>): void;
  reject(error: CommandError): void;
}

/** Grace for the server's ping and for the reply to `connect`, in milliseconds. */
const PATIENCE_MS = 10_000;
/** The longest delay a browser's timer can hold. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const LOST: CommandError = { code: 0, message: "connection lost", temporary: true };

/** The codes that forbid to reconnect: the protocol's terminal ranges 3500 and 4500, unreadable or too large frames. */
const isFinal = (code: number) => code === 1003 || code === 1009 || code % 1000 >= 500;
/** `invalid token` as disconnect code and as error codes of `connect` (101 unauthorized, 109 token expired). */
const isTokenRefused = (code: number) => code === 3500 || code === 101 || code === 109;
/** The disconnect code that stands for a refused `connect`. */
const asDisconnect = ({ code, temporary }: CommandError) => (isTokenRefused(code) ? code : temporary ? 3000 : 3501);

export function openConnection(world: World, owner: Owner): Connection {
  let socket: Socket | undefined;
  let online = false;
  let lastId = 0;
  let attempt = 0;
  let retry: number | undefined;
  let watchdog: number | undefined;
  let renewal: number | undefined;
  let waiting = new Map<number, Waiting>();

  /** Ends the present socket without a word to its handlers, and fails what waits for a reply. */
  const hangUp = () => {
    [retry, watchdog, renewal].forEach(world.cancel);
    retry = undefined;
    const old = socket;
    socket = undefined;
    online = false;
    if (old) {
      old.onmessage = old.onclose = old.onopen = null;
      old.close();
    }
    const failed = waiting;
    waiting = new Map();
    failed.forEach(({ reject }) => reject(LOST));
  };

  const lost = (code: number) => {
    hangUp();
    if (isTokenRefused(code)) return owner.refused() ? connect() : owner.status("stopped");
    if (isFinal(code)) return owner.status("stopped");
    retry = world.after(delay(attempt++, world.chance()), connect);
    owner.status("waiting");
  };

  const expectPing = (milliseconds: number) => {
    world.cancel(watchdog);
    watchdog = world.after(milliseconds, () => lost(3012));
  };

  const command = (body: object) =>
    new Promise<Record<string, unknown>>((resolve, reject) => {
      if (!socket) return reject(LOST);
      waiting.set(++lastId, { resolve, reject });
      socket.send(JSON.stringify({ id: lastId, ...body }));
    });

  const renewLater = (seconds: number | undefined) => {
    if (!seconds) return;
    world.cancel(renewal);
    renewal = world.after(Math.min(seconds * 800, LONGEST_TIMER_MS), () => {
      command({ refresh: { token: owner.hello().token } }).then(
        ({ refresh }) => {
          const { ttl, token } = (refresh ?? {}) as { ttl?: number; token?: string };
          if (token) owner.renewed(token);
          renewLater(ttl);
        },
        // The server ends an expired connection by itself; until then the old token holds.
        (error: CommandError) => error.temporary && renewLater(5),
      );
    });
  };

  let pingMs = 0;
  let answersPing = false;

  const greeted = (welcome: Welcome) => {
    online = true;
    attempt = 0;
    answersPing = !!welcome.pong;
    pingMs = welcome.ping ? welcome.ping * 1000 + PATIENCE_MS : 0;
    world.cancel(watchdog);
    if (pingMs) expectPing(pingMs);
    if (welcome.expires) renewLater(welcome.ttl);
    owner.welcomed(welcome);
    owner.status("online");
  };

  const receive = (line: string) => {
    const reply = JSON.parse(line);
    const pending = waiting.get(reply.id);
    if (reply.push) {
      if (reply.push.pub) owner.published(reply.push.pub);
      if (reply.push.disconnect) lost(reply.push.disconnect.code);
    } else if (pending) {
      waiting.delete(reply.id);
      if (reply.error) pending.reject(reply.error);
      // The reply to `connect` must be taken in before the pushes that follow it in the same frame.
      else if (reply.connect) greeted(reply.connect);
      else pending.resolve(reply);
    } else if (!reply.id) {
      if (answersPing) socket?.send("{}");
      if (pingMs) expectPing(pingMs);
    }
  };

  const connect = () => {
    hangUp();
    owner.status("connecting");
    const fresh = (socket = world.socket());
    expectPing(PATIENCE_MS);
    fresh.onopen = () => {
      command({ connect: owner.hello() }).catch((error: CommandError) => error !== LOST && lost(asDisconnect(error)));
    };
    fresh.onmessage = ({ data }) => {
      for (const line of data.split("\n")) if (line && socket === fresh) receive(line);
    };
    fresh.onclose = ({ code }) => lost(code);
  };

  return {
    call: (method, data) =>
      (online ? command({ rpc: { method, data } }) : Promise.reject(LOST)).then(
        ({ rpc }) => ((rpc as { data?: Record<string, unknown> })?.data ?? {}),
      ),
    connect() {
      attempt = 0;
      connect();
    },
    hurry() {
      if (retry) connect();
    },
    stop: hangUp,
  };
}
