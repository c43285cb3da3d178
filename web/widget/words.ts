/** What the panel says. */
const english = {
  close: "Close chat",
  menu: "More",
  log: "Conversation",
  field: "Your message",
  placeholder: "Ask a question…",
  send: "Send",
  stop: "Stop writing",
  person: "Talk to a person",
  restart: "Start over",
  typing: "Writing an answer",
  connecting: "Connecting…",
  offline: "No connection. Your messages are kept and sent when it is back.",
  stopped: "The chat can’t be reached.",
  retry: "Try again",
  failed: "Not sent.",
  sending: "Sending…",
  waiting: "Waiting for a person to join. You can go on writing.",
  joined: "{} joined the conversation.",
  agent: "A person",
  returned: "You are talking with the assistant again.",
  closed: "This conversation has ended.",
  sources: "Sources",
  source: "Source",
  helpful: "Helpful",
  unhelpful: "Not helpful",
  latest: "Latest",
  tooLong: "That is too long. Please shorten it.",
  begin: "Start chat",
};

export type Words = typeof english;

/** The words, of which the embedding element may replace each: `data-send="Lähetä"`. */
export const wordsFrom = (options: DOMStringMap): Words => ({ ...english, ...options });
