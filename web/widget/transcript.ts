/**
 * What a visitor sees of a conversation, as data: the order of its lines, what is still on its way out and what is still
 * being written. Pure, so that every cut, replay and duplicate can be tested without a browser.
 */
import type { Message, Publication, PublicationData, Role, SessionState } from "./contract";

/** `sending` and `failed` are the visitor's own; `writing` is an answer whose pieces are coming in. */
export type EntryStatus = "sending" | "failed" | "writing" | "written";

/** One line of the conversation: a message as published, or what stands in for it. */
export interface Entry extends Partial<Message> {
  role: Role;
  text: string;
  status: EntryStatus;
  /** Position in the durable history; absent until the server has published it. */
  offset?: number;
  /** Of a line about who answers: what has changed. */
  state?: SessionState;
  agent?: string;
  /** Of an answer being written: the number of the piece that comes next. */
  pieces?: number;
  /** Why the message could not be sent, and whether trying again makes sense. */
  failure?: string;
  temporary?: boolean;
  rating?: "up" | "down";
  /** Counts the changes. */
  version?: number;
}

export interface Transcript {
  entries: Entry[];
  /** The offset of the last durable publication taken in. */
  position: number;
  state: SessionState;
  agent: string | undefined;
  /** Takes in a publication; false if it was a duplicate or belongs to nothing known. */
  publish(publication: Publication): boolean;
  /** Takes in a message of the refetched history, whatever has been published meanwhile. */
  restore(message: Message): void;
  /** Adds one of the visitor's own messages before the server knows it. */
  send(client_id: string, text: string): Entry;
  /** Shows an entry whose fields have been changed. */
  put(entry: Entry, changes?: Partial<Entry>): Entry;
  /** Forgets all but what is on its way out. */
  reset(): void;
  /** The answer that is being written, if one is. */
  writing(): Entry | undefined;
}

/** Durable lines by offset, then the answers being written, then what is on its way out. */
const rank = ({ offset, status }: Entry) => offset ?? (status === "writing" ? 1e15 : 2e15);

/** Makes an empty transcript, which calls `changed` whenever it is not what it was. */
export function createTranscript(changed: () => void): Transcript {
  const put = (entry: Entry, changes?: Partial<Entry>) => {
    Object.assign(entry, changes, { version: (entry.version ?? 0) + 1 });
    if (!own.entries.includes(entry)) own.entries.push(entry);
    own.entries.sort((a, b) => rank(a) - rank(b));
    changed();
    return entry;
  };
  const byMessage = (id: string) => own.entries.find(({ message_id }) => message_id === id);
  const byClient = (id: string | null | undefined) => own.entries.find(({ client_id }) => id && client_id === id);

  const takeMessage = (message: Message, offset: number | undefined) =>
    put(byMessage(message.message_id) ?? byClient(message.client_id) ?? ({} as Entry), { ...message, status: "written", offset });

  const takePiece = ({ type, message_id, n = 0, text = "" }: PublicationData & { type: "delta" | "snapshot" }) => {
    const entry: Entry = byMessage(message_id) ?? { role: "assistant", text: "", status: "writing", message_id, pieces: 0 };
    const isWhole = type === "snapshot";
    // A piece out of turn is left out: a snapshot or the message itself brings the whole text.
    if (entry.status === "written" || !(isWhole || n === entry.pieces)) return false;
    put(entry, { text: isWhole ? text : entry.text + text, pieces: n + 1 });
    return true;
  };

  const takeState = (state: SessionState, agent: string | undefined, offset: number | undefined) => {
    // Whoever takes over or ends the chat cuts the assistant short; should it go on after all, its message comes whole.
    own.entries = own.entries.filter(({ status }) => status !== "writing");
    if (state !== own.state || agent !== own.agent) put({ role: "system", text: "", status: "written", offset, state, agent });
    Object.assign(own, { state, agent });
  };

  const own: Transcript = {
    entries: [],
    position: 0,
    state: "assistant",
    agent: undefined,
    publish({ data, offset }) {
      if (data.type === "delta" || data.type === "snapshot") return takePiece(data);
      if (offset && offset <= own.position) return false;
      own.position = offset ?? own.position;
      if (data.type === "message") takeMessage(data, offset);
      if (data.type === "state") takeState(data.state, data.agent?.name, offset);
      return true;
    },
    restore(message) {
      takeMessage(message, message.seq);
      own.position = Math.max(own.position, message.seq ?? 0);
    },
    send: (client_id, text) => byClient(client_id) ?? put({ role: "visitor", text, status: "sending", client_id }),
    put,
    reset() {
      const entries = own.entries.filter(({ status }) => status === "sending" || status === "failed");
      Object.assign(own, { entries, position: 0, state: "assistant", agent: undefined });
      changed();
    },
    writing: () => own.entries.find(({ status }) => status === "writing"),
  };
  return own;
}
