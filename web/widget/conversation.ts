/** One visitor's conversation: connection, transcript and memory brought together. It draws nothing. */
import { openConnection, type CommandError, type Connection, type Status, type World } from "./connection";
import type { Chatbot, Message, Publication, PublicationData, Visitor, Welcome } from "./contract";
import type { Store } from "./store";
import { createTranscript, type Transcript, type Watcher } from "./transcript";

/** What the panel learns beside the lines of the transcript. */
export interface Listener extends Watcher {
  status(status: Status): void;
  /** The history has been taken in, after a start, a reconnection or a reset. */
  caughtUp(): void;
  configured(chatbot: Chatbot): void;
  /** Something new arrived while connected. */
  arrived(data: PublicationData): void;
}

export interface Settings {
  world: World;
  store: Store;
  listener: Listener;
  /** What `connect` says about this visit, asked each time. */
  visit(): { visitor?: Visitor; locale?: string; page_url?: string };
  /** Fetches one page of the session's history as JSON. */
  history(session: string, token: string, cursor: string): Promise<{ items: Message[]; next_cursor?: string | null }>;
  newId(): string;
}

export interface Conversation {
  readonly transcript: Transcript;
  readonly connection: Connection;
  say(text: string): void;
  retry(clientId: string): void;
  /** Leaves this session and begins another. */
  startOver(): void;
}

const yes = () => true;
const no = () => false;
const CONNECTION_LOST = 0;

export function converse({ world, store, listener, visit, history, newId }: Settings): Conversation {
  const transcript = createTranscript(listener);
  let live = false;

  const forget = () => {
    live = false;
    store.change({ token: undefined, session: undefined, epoch: undefined });
    transcript.reset();
  };

  const take = (publication: Publication) => {
    const { data } = publication;
    if (data.type === "config") {
      const chatbot = { ...store.read().chatbot, ...(data.chatbot ?? data) } as Chatbot;
      store.change({ chatbot });
      return listener.configured(chatbot);
    }
    if (data.type === "message" && data.client_id) store.unqueue(data.client_id);
    if (transcript.publish(publication) && live) listener.arrived(data);
  };

  const submit = (id: string, text: string) =>
    connection.call("message.send", { id, text }).then(
      () => store.unqueue(id),
      ({ code, message, temporary }: CommandError) => {
        // What a cut swallowed is sent again by the next `welcome`; the server knows it by its id.
        if (code === CONNECTION_LOST) return;
        if (!temporary) store.unqueue(id);
        transcript.fail(id, message, !!temporary);
        listener.arrived({ type: "notice", message: "", code });
      },
    );

  const refetch = async (session: string) => {
    const { token = "" } = store.read();
    let cursor: string | null | undefined = "";
    do {
      const page: { items: Message[]; next_cursor?: string | null } = await history(session, token, cursor);
      page.items.forEach(transcript.restore);
      cursor = page.next_cursor;
    } while (cursor);
  };

  /** Better no history than one with a hole: the next attempt begins from nothing again. */
  const unreadable = () => {
    transcript.reset();
    connection.stop();
    listener.status("stopped");
  };

  const welcomed = async ({ data = {}, subs = {} }: Welcome) => {
    const known = store.read();
    const session = data.session_id ?? known.session ?? "";
    const { epoch, offset = 0, recovered, publications = [] } = subs["session:" + session] ?? {};
    const isNew = session !== known.session;
    live = false;
    if (isNew) transcript.reset();
    store.change({ session, epoch, token: data.token ?? known.token, chatbot: data.chatbot ?? known.chatbot });
    if (data.chatbot) listener.configured(data.chatbot);
    if (!recovered && !isNew) {
      transcript.reset();
      if (!(await refetch(session).then(yes, no))) return unreadable();
    }
    publications.forEach(take);
    transcript.settle(offset);
    live = true;
    listener.caughtUp();
    for (const { id, text } of store.read().queue ?? []) {
      if (transcript.send(id, text).status !== "failed") submit(id, text);
    }
  };

  const connection = openConnection(world, {
    hello() {
      const { token, session, epoch } = store.read();
      const place = { recover: true, epoch, offset: transcript.position };
      return { token, data: visit(), ...(session && { subs: { ["session:" + session]: place } }) };
    },
    welcomed,
    published: take,
    renewed: (token) => store.change({ token }),
    refused() {
      const had = !!store.read().token;
      if (had) forget();
      return had;
    },
    status: listener.status,
  });

  return {
    transcript,
    connection,
    say(text) {
      const id = newId();
      store.queue({ id, text });
      transcript.send(id, text);
      submit(id, text);
    },
    retry(clientId) {
      const entry = transcript.find(clientId);
      if (!entry) return;
      entry.status = "sending";
      entry.failure = undefined;
      listener.changed(entry);
      store.queue({ id: clientId, text: entry.text });
      submit(clientId, entry.text);
    },
    startOver() {
      store.change({ queue: [] });
      forget();
      connection.connect();
    },
  };
}
