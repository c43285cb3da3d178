import { useState } from "preact/hooks";
import { ApiError, patch, remove } from "../../api/client";
import type { Answerer, Chatbot, Manner } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { Area, Field, Labelled } from "../../parts/field";
import { say, sayError } from "../../parts/toast";
import { go } from "../../route";

const DEFAULT_ACCENT = "#12685a";

/** The form's values: lists are edited as lines. */
interface Draft {
  name: string;
  greeting: string;
  suggestions: string;
  kind: Answerer["kind"];
  provider: string;
  model: string;
  origins: string;
  accent: string;
}

/** Greeting and suggestions stand in `behaviour` where the chatbot has one. */
const mannerOf = (chatbot: Chatbot): Manner => chatbot.behaviour ?? chatbot;
const lines = (text: string) => text.split("\n").map((line) => line.trim()).filter(Boolean);

function draftOf(chatbot: Chatbot): Draft {
  const { greeting, suggestions } = mannerOf(chatbot);
  return {
    name: chatbot.name,
    greeting: greeting ?? "",
    suggestions: (suggestions ?? []).join("\n"),
    kind: chatbot.answerer?.kind ?? "extractive",
    provider: chatbot.answerer?.provider ?? "",
    model: chatbot.answerer?.model ?? "",
    origins: (chatbot.allowed_origins ?? []).join("\n"),
    accent: chatbot.theme?.accent || DEFAULT_ACCENT,
  };
}

function changesOf(draft: Draft, chatbot: Chatbot): Partial<Chatbot> {
  const manner: Manner = { greeting: draft.greeting.trim() || null, suggestions: lines(draft.suggestions) };
  const isModel = draft.kind === "llm";
  const answerer: Answerer = { kind: draft.kind, provider: (isModel && draft.provider.trim()) || null, model: (isModel && draft.model.trim()) || null };
  return {
    name: draft.name.trim(),
    ...(chatbot.behaviour ? { behaviour: { ...chatbot.behaviour, ...manner } } : manner),
    answerer,
    allowed_origins: lines(draft.origins),
    theme: { ...chatbot.theme, accent: draft.accent },
  };
}

export function Settings({ chatbot, changed }: { chatbot: Chatbot; changed(chatbot: Chatbot): void }) {
  const [draft, setDraft] = useState(() => draftOf(chatbot));
  const [error, setError] = useState<Error>();
  const set = (name: keyof Draft) => (value: string) => setDraft({ ...draft, [name]: value });
  const about = (field: string) => (error instanceof ApiError ? error.about(field) : undefined);
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(undefined);
    try {
      changed(await patch<Chatbot>(`/v1/chatbots/${chatbot.id}`, changesOf(draft, chatbot)));
      say("Saved. Open chats have it from their next turn on.");
    } catch (refusal) {
      setError(refusal as Error);
    }
  };
  return (
    <form class="settings" onSubmit={submit}>
      <Field label="Name" required maxLength={100} value={draft.name} onValue={set("name")} error={about("name")} />
      <Area label="Greeting" hint="The first thing a visitor reads." value={draft.greeting} onValue={set("greeting")} error={about("greeting")} />
      <Area label="Suggested questions" hint="One a line; three are plenty." value={draft.suggestions} onValue={set("suggestions")} error={about("suggestions")} />
      <Answering draft={draft} set={set} about={about} />
      <Area label="Allowed origins" hint="The sites that may show the widget, one a line, such as https://shop.example. While empty, only this machine may." value={draft.origins} onValue={set("origins")} error={about("allowed_origins")} />
      <Field label="Accent colour" type="color" value={draft.accent} onValue={set("accent")} error={about("accent")} />
      <div class="actions start">
        <button class="button primary">Save</button>
        <p class="error" role="alert">{error?.message}</p>
      </div>
      <Danger chatbot={chatbot} />
    </form>
  );
}

type AnsweringProps = { draft: Draft; set(name: keyof Draft): (value: string) => void; about(field: string): string | undefined };

function Answering({ draft, set, about }: AnsweringProps) {
  return (
    <>
      <Labelled id="answerer" label="Answers" hint="Quoting needs no key and no network. A model writes freely, from the same sources." error={about("kind")}>
        <select id="answerer" value={draft.kind} aria-describedby="answerer-about" onChange={(event) => set("kind")(event.currentTarget.value)}>
          <option value="extractive">Quote the sources</option>
          <option value="llm">Language model</option>
          <option value="echo">Echo (for load tests)</option>
        </select>
      </Labelled>
      {draft.kind === "llm" && (
        <div class="pair">
          <Field label="Provider" hint="Its name in the server’s configuration." value={draft.provider} onValue={set("provider")} error={about("provider")} />
          <Field label="Model" value={draft.model} onValue={set("model")} error={about("model")} />
        </div>
      )}
    </>
  );
}

function Danger({ chatbot }: { chatbot: Chatbot }) {
  const [asking, setAsking] = useState(false);
  const drop = () => remove(`/v1/chatbots/${chatbot.id}`).then(() => go("#/chatbots"), sayError);
  return (
    <div class="danger-zone">
      <button type="button" class="button danger" onClick={() => setAsking(true)}>Delete this chatbot</button>
      {asking && <Confirm title={`Delete “${chatbot.name}”?`} text="Its sources and conversations go with it. This can’t be undone." action="Delete" confirm={drop} close={() => setAsking(false)} />}
    </div>
  );
}
