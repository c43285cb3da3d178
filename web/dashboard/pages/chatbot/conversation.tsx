import { useEffect, useRef, useState } from "preact/hooks";
import { markdownWriter } from "../../../widget/markdown";
import { list, post } from "../../api/client";
import { useEvery, useResource } from "../../api/resource";
import type { Message, Session } from "../../api/types";
import { Icon } from "../../parts/icon";
import { Failure, Loading } from "../../parts/states";
import { Time } from "../../parts/time";
import { sayError } from "../../parts/toast";

const REFRESH_MS = 2000;
const SPEAKERS = { visitor: "Visitor", assistant: "Assistant", agent: "You or a colleague", system: "System" };

/** One session: what was said, and the means to step in. */
export function Conversation({ session, back, changed }: { session: Session; back: string; changed(): void }) {
  const path = `/v1/sessions/${session.id}`;
  const messages = useResource(path, () => list<Message>(path + "/messages"));
  useEvery(REFRESH_MS, messages.reload);
  const { value, error } = messages;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => end.current?.scrollIntoView({ block: "nearest" }), [value?.length]);
  const act = (verb: "takeover" | "release" | "close") => () => post(`${path}/${verb}`).then(changed, sayError);
  return (
    <article class="conversation">
      <header class="line">
        <a class="quiet back" href={back} aria-label="All conversations"><Icon name="back" /></a>
        <h2>{session.visitor?.name || "Visitor " + session.id.slice(-4)}</h2>
        <div class="actions">
          {session.state === "agent" && <button type="button" class="button" onClick={act("release")}>Give back to the assistant</button>}
          {session.state !== "agent" && session.state !== "closed" && <button type="button" class="button primary" onClick={act("takeover")}>Take over</button>}
          {session.state !== "closed" && <button type="button" class="button" onClick={act("close")}>Close</button>}
        </div>
      </header>
      {error && !value && <Failure error={error} retry={messages.reload} />}
      {!value && !error && <Loading />}
      <div class="messages" tabIndex={0} role="log" aria-label="Messages">
        {value?.map((message) => <MessageLine key={message.message_id} message={message} />)}
        <div ref={end} />
      </div>
      {session.state === "agent" && <Reply path={path + "/messages"} sent={messages.reload} />}
    </article>
  );
}

function MessageLine({ message: { role, text, citations, at } }: { message: Message }) {
  return (
    <div class={"message " + role}>
      <p class="muted">{SPEAKERS[role] ?? role} · <Time at={at} /></p>
      <Said role={role} text={text} />
      {citations?.map(({ n, title, quote }) => (
        <details key={n}>
          <summary>{n}. {title}</summary>
          <blockquote><Said role="assistant" text={quote} /></blockquote>
        </details>
      ))}
    </div>
  );
}

/** What was said: the visitor's words as they were typed, all others as Markdown. */
function Said({ role, text }: Pick<Message, "role" | "text">) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (role === "visitor") place.current!.textContent = text;
    else markdownWriter(place.current!).write(text);
  }, [role, text]);
  return <div class="said" dir="auto" ref={place} />;
}

function Reply({ path, sent }: { path: string; sent(): void }) {
  const [text, setText] = useState("");
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!text.trim()) return;
    try {
      await post(path, { text: text.trim() });
      setText("");
      sent();
    } catch (refusal) {
      sayError(refusal);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) void submit(event);
  };
  return (
    <form class="reply" onSubmit={submit}>
      <textarea aria-label="Your reply" placeholder="Write to the visitor… (Ctrl-Enter sends)" rows={2} value={text} onInput={(event) => setText(event.currentTarget.value)} onKeyDown={onKeyDown} />
      <button class="button primary" disabled={!text.trim()}>Send</button>
    </form>
  );
}
