/**
 * What a visitor sees of a conversation, as data: the order of its lines, what is still on its way out and what is still
 * being written. Pure, so that every cut, replay and duplicate can be tested without a browser.
 */
import type { Citation, Message, Publication, PublicationData, Role, SessionState } from "./contract";

/** `sending` and `failed` are the visitor's own; `writing` is an answer whose pieces are coming in. */
export type EntryStatus = "sending" | "failed" | "writing" | "written";

/** One line of the conversation. */
export interface Entry {
  role: Role;
  text: string;
  status: EntryStatus;
  /** Position in the durable history; absent until the server has published it. */
  offset?: number;
  messageId?: string;
  clientId?: string;
  citations?: Citation[];
  at?: string;
  /** Who an agent's state line is about, and what it says. */
  state?: SessionState;
  agent?: string;
  /** Why the message could not be sent, and whether trying again makes sense. */
  failure?: string;
  canRetry?: boolean;
  rating?: "up" | "down";
}

/** Told about every change, one line at a time. */
export interface Watcher {
  changed(entry: Entry): void;
  removed(entry: Entry): void;
}

export interface Transcript {
  readonly entries: readonly Entry[];
  /** The offset of the last durable publication taken in. */
  readonly position: number;
  readonly state: SessionState;
  readonly agent: string | undefined;
  /** Takes in a publication; false if it was a duplicate or belongs to nothing known. */
  publish(publication: Publication): boolean;
  /** Takes in a message of the refetched history, whatever has been published meanwhile. */
  restore(message: Message): void;
  /** Adds one of the visitor's own messages before the server knows it. */
  send(clientId: string, text: string): Entry;
  /** Marks a message of the visitor as not sent. */
  fail(clientId: string, failure: string, canRetry: boolean): void;
  find(clientId: string): Entry | undefined;
  /** Forgets all but what is on its way out, and begins at `position`. */
  reset(): void;
  /** The rebuilt history stands at `offset`. */
  settle(offset: number): void;
  /** The answer that is being written, if one is. */
  writing(): Entry | undefined;
}

/** Durable lines by offset, then the answers being written, then what is on its way out. */
const rank = ({ offset, status }: Entry) => offset ?? (status === "writing" ? 1e15 : 2e15);

export function createTranscript(watcher: Watcher): Transcript {
  let entries: Entry[] = [];
  /** Per answer being written: the number of the piece that comes next. */
  let nextPiece = new Map<string, number>();
  let position = 0;
  let state: SessionState = "assistant";
  let agent: string | undefined;

  const put = (entry: Entry) => {
    if (!entries.includes(entry)) entries.push(entry);
    entries.sort((a, b) => rank(a) - rank(b));
    watcher.changed(entry);
    return entry;
  };
  const byMessage = (id: string) => entries.find(({ messageId }) => messageId === id);
  const find = (id: string | null | undefined) => (id ? entries.find(({ clientId }) => clientId === id) : undefined);

  const takeMessage = (message: Message, offset: number | undefined) => {
    const entry = byMessage(message.message_id) ?? find(message.client_id) ?? ({} as Entry);
    nextPiece.delete(message.message_id);
    put(
      Object.assign(entry, {
        role: message.role,
        text: message.text,
        status: "written",
        offset,
        messageId: message.message_id,
        clientId: message.client_id ?? undefined,
        citations: message.citations ?? [],
        at: message.at,
        failure: undefined,
      }),
    );
  };

  const takePiece = (data: PublicationData & { type: "delta" | "snapshot" }) => {
    const { message_id: messageId, n = 0, text = "" } = data;
    const known = byMessage(messageId);
    if (known?.status === "written") return false;
    const whole = data.type === "snapshot";
    // A piece out of turn is left out: a snapshot or the message itself brings the whole text.
    if (!whole && n !== (nextPiece.get(messageId) ?? 0)) return false;
    nextPiece.set(messageId, n + 1);
    const entry = known ?? { role: "assistant", text: "", status: "writing", messageId };
    entry.text = whole ? text : entry.text + text;
    put(entry);
    return true;
  };

  const takeDurable = (data: PublicationData, offset: number | undefined) => {
    if (data.type === "message") takeMessage(data, offset);
    if (data.type === "state") {
      const name = data.agent?.name;
      const isNews = state !== data.state || agent !== name;
      state = data.state;
      agent = name;
      if (isNews) put({ role: "system", text: "", status: "written", offset, state, agent });
    }
  };

  return {
    get entries() {
      return entries;
    },
    get position() {
      return position;
    },
    get state() {
      return state;
    },
    get agent() {
      return agent;
    },
    publish({ data, offset }) {
      if (data.type === "delta" || data.type === "snapshot") return takePiece(data);
      if (offset) {
        if (offset <= position) return false;
        position = offset;
      }
      takeDurable(data, offset);
      return true;
    },
    restore(message) {
      takeMessage(message, message.seq);
      position = Math.max(position, message.seq ?? 0);
    },
    send: (clientId, text) => find(clientId) ?? put({ role: "visitor", text, status: "sending", clientId }),
    fail(clientId, failure, canRetry) {
      const entry = find(clientId);
      if (entry && entry.status !== "written") put(Object.assign(entry, { status: "failed", failure, canRetry }));
    },
    find,
    reset() {
      const kept = entries.filter(({ status }) => status === "sending" || status === "failed");
      const dropped = entries.filter((entry) => !kept.includes(entry));
      entries = kept;
      nextPiece = new Map();
      position = 0;
      state = "assistant";
      agent = undefined;
      dropped.forEach(watcher.removed);
    },
    settle(offset) {
      position = Math.max(position, offset);
    },
    writing: () => entries.find(({ status }) => status === "writing"),
  };
}
