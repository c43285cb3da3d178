// Asks through the official OpenAI client: node openai_chat.mjs BASE_URL API_KEY MODEL QUESTION
// Prints one JSON object: the models, the whole answer, the answer as it was streamed, and the tokens told at its end.
import { createRequire } from "node:module";

const OpenAI = createRequire(process.env.NODE_PATH + "/")("openai");

const [baseURL, apiKey, model, question] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: question }];
const whole = await client.chat.completions.create({ model, messages });
const pieces = [];
let finish = null;
let usage = null;
const stream = await client.chat.completions.create({
  model,
  messages,
  stream: true,
  stream_options: { include_usage: true },
});
for await (const chunk of stream) {
  usage = chunk.usage ?? usage;
  for (const choice of chunk.choices) {
    pieces.push(choice.delta.content ?? "");
    finish = choice.finish_reason ?? finish;
  }
}
const unknown = await client.chat.completions.create({ model: "no-such-chatbot", messages }).catch((error) => error.status);
const models = [];
for await (const listed of client.models.list()) models.push(listed.id);
console.log(
  JSON.stringify({
    models,
    whole: whole.choices[0].message.content,
    whole_finish: whole.choices[0].finish_reason,
    whole_model: whole.model,
    pieces,
    streamed_finish: finish,
    usage,
    unknown_status: unknown,
  }),
);
