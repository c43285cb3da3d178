// Chats through the AI SDK's own chat and transport: node ai_chat.mjs MESSAGES_URL QUESTION...
// Prints one JSON object: the messages as the chat holds them in the end, and how often its state changed.
import { createRequire } from "node:module";

const { AbstractChat, DefaultChatTransport } = createRequire(process.env.NODE_PATH + "/")("ai");

class Chat extends AbstractChat {
  constructor(options) {
    super({ ...options, state: new State() });
  }
}

// What a framework's binding keeps; here nothing is drawn.
class State {
  status = "ready";
  error = undefined;
  messages = [];
  changes = 0;
  pushMessage = (message) => void this.messages.push(message);
  popMessage = () => void this.messages.pop();
  replaceMessage = (index, message) => {
    this.changes += 1;
    this.messages[index] = structuredClone(message);
  };
  snapshot = (thing) => structuredClone(thing);
}

const [api, ...questions] = process.argv.slice(2);
const errors = [];
const chat = new Chat({
  transport: new DefaultChatTransport({ api }),
  onError: (error) => errors.push(String(error)),
});
for (const text of questions) {
  await chat.sendMessage({ text });
}
console.log(JSON.stringify({ messages: chat.messages, status: chat.status, errors }));
