import { useState } from "preact/hooks";
import { ApiError, list, post } from "../api/client";
import { useResource } from "../api/resource";
import type { Chatbot } from "../api/types";
import { Dialog } from "../parts/dialog";
import { Field } from "../parts/field";
import { Icon } from "../parts/icon";
import { Empty, Failure, Loading } from "../parts/states";
import { Time } from "../parts/time";
import { chatbotPath, go } from "../route";

/** How a chatbot finds its answers, in words. */
export const ANSWERERS: Record<string, string> = {
  extractive: "Quotes its sources",
  llm: "Language model",
  echo: "Echo",
};

export function ChatbotsPage() {
  const chatbots = useResource("chatbots", () => list<Chatbot>("/v1/chatbots"));
  const [creating, setCreating] = useState(false);
  const create = () => setCreating(true);
  const { value, error } = chatbots;
  return (
    <>
      <header class="top">
        <h1>Chatbots</h1>
        {!!value?.length && <NewButton create={create} />}
      </header>
      {error && !value && <Failure error={error} retry={chatbots.reload} />}
      {!value && !error && <Loading />}
      {value?.length === 0 && (
        <Empty icon="bots" title="Make your first chatbot">
          <p>Give it a name, drop in a few files, and it answers from them with the sources beside each answer.</p>
          <NewButton create={create} />
        </Empty>
      )}
      {!!value?.length && (
        <ul class="cards">
          {value.map((chatbot) => <ChatbotCard key={chatbot.id} chatbot={chatbot} />)}
        </ul>
      )}
      {creating && <CreateDialog close={() => setCreating(false)} />}
    </>
  );
}

function NewButton({ create }: { create(): void }) {
  return (
    <button type="button" class="button primary" onClick={create}>
      <Icon name="plus" />
      New chatbot
    </button>
  );
}

function ChatbotCard({ chatbot }: { chatbot: Chatbot }) {
  const paint = (element: HTMLElement | null) => element?.style.setProperty("--bot", chatbot.theme?.accent || "var(--accent)");
  return (
    <li class="card">
      <span class="avatar" ref={paint} aria-hidden="true">{chatbot.name.slice(0, 1)}</span>
      <a href={chatbotPath(chatbot.id)}>{chatbot.name}</a>
      <p class="muted">
        {ANSWERERS[chatbot.answerer?.kind ?? "extractive"]}
        {chatbot.created_at && <> · <Time at={chatbot.created_at} /></>}
      </p>
    </li>
  );
}

function CreateDialog({ close }: { close(): void }) {
  const [name, setName] = useState("");
  const [error, setError] = useState<string>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      const made = await post<Chatbot>("/v1/chatbots", { name: name.trim() });
      go(chatbotPath(made.id, "sources"));
    } catch (refusal) {
      setError((refusal instanceof ApiError && refusal.about("name")) || (refusal as Error).message);
    }
  };
  return (
    <Dialog title="New chatbot" close={close}>
      <form onSubmit={submit}>
        <Field label="Name" hint="Visitors see it above the chat. It can be changed at any time." error={error} value={name} onValue={setName} required maxLength={100} autocomplete="off" />
        <div class="actions">
          <button type="button" class="button" onClick={close}>Cancel</button>
          <button class="button primary">Create</button>
        </div>
      </form>
    </Dialog>
  );
}
