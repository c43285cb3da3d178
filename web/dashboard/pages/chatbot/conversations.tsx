import { list } from "../../api/client";
import { useEvery, useResource } from "../../api/resource";
import type { Chatbot, Session } from "../../api/types";
import { Badge, Empty, Failure, Loading } from "../../parts/states";
import { counted } from "../../parts/counted";
import { Time } from "../../parts/time";
import { chatbotPath } from "../../route";
import { Conversation } from "./conversation";

const REFRESH_MS = 4000;

/** The chatbot's sessions, and beside them the one that is open. */
export function Conversations({ chatbot, open }: { chatbot: Chatbot; open?: string }) {
  const path = `/v1/chatbots/${chatbot.id}/sessions`;
  const sessions = useResource(path, () => list<Session>(path, 200));
  const { value, error } = sessions;
  useEvery(REFRESH_MS, sessions.reload);
  if (error && !value) return <Failure error={error} retry={sessions.reload} />;
  if (!value) return <Loading />;
  if (!value.length) {
    return (
      <Empty icon="bots" title="No conversations yet">
        <p>They appear here as they happen, and you can take over from the assistant at any moment.</p>
        <a class="button" href={chatbotPath(chatbot.id, "install")}>Install the widget</a>
      </Empty>
    );
  }
  const current = value.find(({ id }) => id === open);
  return (
    <section class={current ? "split chosen" : "split"}>
      <ul class="sessions" aria-label="Conversations">
        {value.map((session) => <SessionRow key={session.id} session={session} path={chatbotPath(chatbot.id, "conversations", session.id)} isOpen={session.id === open} />)}
      </ul>
      {current ? <Conversation key={current.id} session={current} back={chatbotPath(chatbot.id, "conversations")} changed={sessions.reload} /> : <p class="hint center">Choose a conversation to read it.</p>}
    </section>
  );
}

function SessionRow({ session, path, isOpen }: { session: Session; path: string; isOpen: boolean }) {
  const { visitor, messages, page_url: page, state } = session;
  const at = session.last_message_at ?? session.opened_at;
  return (
    <li>
      <a href={path} aria-current={isOpen ? "true" : undefined}>
        <span class="line">
          <strong>{visitor?.name || visitor?.email || "Visitor " + session.id.slice(-4)}</strong>
          <Time at={at} />
        </span>
        <span class="line">
          <span class="muted cut">{counted(messages ?? 0, "message")}{page && " · " + page.replace(/^https?:\/\//, "")}</span>
          {state && state !== "assistant" && <Badge state={state} />}
        </span>
      </a>
    </li>
  );
}
