import { useEffect, useRef } from "preact/hooks";
import { get } from "../api/client";
import { useResource } from "../api/resource";
import type { Chatbot } from "../api/types";
import { Failure, Loading } from "../parts/states";
import { chatbotPath, TABS, type Tab } from "../route";
import { Conversations } from "./chatbot/conversations";
import { Install } from "./chatbot/install";
import { Playground } from "./chatbot/playground";
import { Settings } from "./chatbot/settings";
import { Sources } from "./chatbot/sources";

const TITLES: Record<Tab, string> = {
  playground: "Playground",
  sources: "Sources",
  conversations: "Conversations",
  settings: "Settings",
  install: "Install",
};

export function ChatbotPage({ id, tab, item }: { id: string; tab: Tab; item?: string }) {
  const resource = useResource(id, () => get<Chatbot>(`/v1/chatbots/${id}`));
  const { value: chatbot, error } = resource;
  if (error && !chatbot) return <Failure error={error} retry={resource.reload} />;
  if (!chatbot) return <Loading />;
  return (
    <>
      <header class="top">
        <h1>
          <a href="#/chatbots">Chatbots</a> <span aria-hidden="true">/</span> {chatbot.name}
        </h1>
      </header>
      <Tabs id={id} tab={tab} />
      {tab === "playground" && <Playground chatbot={chatbot} changed={resource.set} />}
      {tab === "sources" && <Sources chatbot={chatbot} />}
      {tab === "conversations" && <Conversations chatbot={chatbot} open={item} />}
      {tab === "settings" && <Settings chatbot={chatbot} changed={resource.set} />}
      {tab === "install" && <Install chatbot={chatbot} />}
    </>
  );
}

/** The chatbot's tabs; the current one is brought into view where they do not all fit. */
function Tabs({ id, tab }: { id: string; tab: Tab }) {
  const list = useRef<HTMLElement>(null);
  useEffect(() => {
    scrollTo(0, 0);
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [tab]);
  return (
    <nav class="tabs" aria-label="Chatbot" ref={list}>
      {TABS.map((name) => (
        <a key={name} href={chatbotPath(id, name)} aria-current={name === tab ? "page" : undefined}>{TITLES[name]}</a>
      ))}
    </nav>
  );
}
