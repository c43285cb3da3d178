/** One visitor's conversation: connection, transcript and memory brought together. It draws nothing. */
import { openConnection, type CommandError, type Connection, type Status } from "./connection";
import type { Chatbot, Message, Publication, PublicationData, Visitor, Welcome } from "./contract";
import type { Store } from "./store";
import { createTranscript, type Entry, type Transcript } from "./transcript";

/** What the panel learns beside the lines of the transcript. */
export interface Listener {
  /** The transcript is not what it was. */
  changed(): void;
  status(status: Status): void;
  /** The history has been taken in, after a start, a reconnection or a reset. */
  caughtUp(): void;
  configured(chatbot: Chatbot): void;
  /** Something new arrived while connected. */
  arrived(data: PublicationData): void;
}

export interface Settings {
  /** Where the API stands, with a slash at the end. */
  api: string;
  chatbot: string;
  store: Store;
  listener: Listener;
  /** What `connect` says about this visit, asked each time. */
  visit(): { visitor?: Visitor; locale?: string; page_url?: string };
}

export interface Conversation extends Transcript, Connection {
  say(text: string): void;
  /** Sends a message that failed once more. */
  retry(entry: Entry): void;
  /** Leaves this session and begins another. */
  startOver(): void;
}

interface HistoryPage {
  items: Message[];
  next_cursor?: string | null;
}

export function converse({ api, chatbot, store, listener, visit }: Settings): Conversation {
  const transcript = createTranscript(listener.changed);
  let isLive = false;

  const forget = () => {
    isLive = false;
    store.change({ token: undefined, session: undefined });
    transcript.reset();
  };

  const take = (publication: Publication) => {
    const { data } = publication;
    if (data.type === "config") return configure({ ...store.read().chatbot, ...(data.chatbot ?? data) } as Chatbot);
    if (data.type === "message" && data.client_id) store.unqueue(data.client_id);
    if (transcript.publish(publication) && isLive) listener.arrived(data);
  };

  const configure = (config: Chatbot) => {
    store.change({ chatbot: config });
    listener.configured(config);
  };

  const submit = (entry: Entry) => {
    const { client_id: id = "", text } = entry;
    connection.call("message.send", { id, text }).then(
      () => store.unqueue(id!),
      ({ code, message, temporary }: CommandError) => {
        // What a cut swallowed is sent again by the next `welcome`; the server knows it by its id.
        if (!code) return;
        if (!temporary) store.unqueue(id!);
        transcript.put(entry, { status: "failed", failure: message, temporary });
      },
    );
  };

  /** Rebuilds the history page by page where the stream can't fill the gap. */
  const refetch = async (session: string) => {
    const authorization = "Bearer " + store.read().token;
    let cursor = "";
    do {
      const reply = await fetch(`${api}v1/sessions/${session}/messages?cursor=${encodeURIComponent(cursor)}`, { headers: { authorization } });
      const page: HistoryPage = await reply.json();
      page.items.forEach(transcript.restore);
      cursor = page.next_cursor ?? "";
    } while (cursor);
  };

  const welcomed = async ({ data = {}, subs = {} }: Welcome) => {
    const known = store.read();
    const session = data.session_id ?? known.session ?? "";
    const { epoch, offset = 0, recovered, publications = [] } = subs["session:" + session] ?? {};
    isLive = false;
    if (data.chatbot) configure(data.chatbot);
    store.change({ session, epoch, token: data.token ?? known.token });
    if (!recovered) transcript.reset();
    if (!recovered && session === known.session) {
      try {
        await refetch(session);
      } catch {
        // Better no history than one with a hole: the next attempt begins from nothing again.
        transcript.reset();
        connection.stop();
        return listener.status("stopped");
      }
    }
    publications.forEach(take);
    transcript.position = Math.max(transcript.position, offset);
    isLive = true;
    listener.caughtUp();
    showQueue().forEach(submit);
  };

  /** The messages that the server has not acknowledged, shown as being on their way. */
  const showQueue = () => (store.read().queue ?? []).map(({ id, text }) => transcript.send(id, text)).filter(({ status }) => status !== "failed");

  const connection = openConnection(`${api.replace("http", "ws")}v1/chatbots/${chatbot}/socket`, {
    hello() {
      const { token, session, epoch } = store.read();
      const place = { recover: true, epoch, offset: transcript.position };
      return { token, data: visit(), subs: session ? { ["session:" + session]: place } : {} };
    },
    welcomed,
    published: take,
    renewed: (token) => store.change({ token }),
    refused() {
      const { token } = store.read();
      forget();
      return !!token;
    },
    status: listener.status,
  });

  const retry = (entry: Entry) => {
    transcript.put(entry, { status: "sending" });
    store.queue({ id: entry.client_id!, text: entry.text });
    submit(entry);
  };

  // Not at once: the listener may still be putting itself together.
  queueMicrotask(showQueue);

  return Object.assign(transcript, connection, {
    retry,
    say: (text: string) => retry(transcript.send(crypto.randomUUID(), text)),
    startOver() {
      store.change({ queue: [] });
      forget();
      connection.connect();
    },
  });
}
