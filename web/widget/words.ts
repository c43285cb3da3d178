/** What the panel says. */
const english = {
  close: "Close chat",
  menu: "More",
  log: "Conversation",
  placeholder: "Ask a question…",
  send: "Send",
  stop: "Stop writing",
  person: "Talk to a person",
  restart: "Start over",
  typing: "Writing",
  connecting: "Connecting…",
  offline: "No connection. Messages are kept.",
  stopped: "The chat can’t be reached.",
  retry: "Try again",
  failed: "Not sent.",
  sending: "Sending…",
  waiting: "Waiting for a person",
  joined: "{} is here",
  agent: "Someone",
  assistant: "Back with the assistant",
  closed: "This chat has ended",
  source: "Source",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  begin: "Start chat",
};

export type Words = typeof english;

/** The words, of which the embedding element may replace each: `data-send="Lähetä"`. */
export const wordsFrom = (options: DOMStringMap): Words => ({ ...english, ...options });
