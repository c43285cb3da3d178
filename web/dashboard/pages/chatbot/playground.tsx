import { useEffect, useRef, useState } from "preact/hooks";
import type { Panel, PanelContext } from "../../../widget/contract";
import { patch } from "../../api/client";
import type { Chatbot } from "../../api/types";
import { sayError } from "../../parts/toast";
import { chatbotPath } from "../../route";

/** The widget's own file: what is tried here is what visitors get. */
const WIDGET = "/assets/app.js";

interface WidgetModule {
  mount(context: PanelContext): Panel;
}

interface PlaygroundProps {
  chatbot: Chatbot;
  changed(chatbot: Chatbot): void;
}

/** The real widget inside the page, over the real socket. */
export function Playground({ chatbot, changed }: PlaygroundProps) {
  const place = useRef<HTMLDivElement>(null);
  const [error, setError] = useState<string>();
  useEffect(() => {
    const host = document.createElement("aihio-chat");
    host.className = "inline";
    place.current!.append(host);
    const context: PanelContext = { host, root: host.attachShadow({ mode: "open" }), options: { chatbot: chatbot.id, name: chatbot.name } };
    let panel: Panel | undefined;
    (import(WIDGET) as Promise<WidgetModule>).then(
      ({ mount }) => {
        if (!host.isConnected) return;
        panel = mount(context);
        panel.open();
      },
      () => setError("The widget could not be loaded. Reload the page to try again."),
    );
    return () => {
      panel?.destroy();
      host.remove();
    };
  }, [chatbot.id, chatbot.config_version]);
  return (
    <section class="playground">
      <div class="inline-chat" ref={place} />
      <aside>
        <h2>Try it</h2>
        <Admission chatbot={chatbot} changed={changed} />
        <p>This is the widget as your visitors meet it, with the same answers and sources. Press a number in an answer to see the passage it rests on.</p>
        <p>Not the answer you hoped for? Add what is missing under <a href={chatbotPath(chatbot.id, "sources")}>Sources</a>, then ask again.</p>
        <p class="error" role="alert">{error}</p>
      </aside>
    </section>
  );
}

/** Once a chatbot names its sites, it refuses all others, and the dashboard's own address is one of those until it is named. */
function Admission({ chatbot, changed }: PlaygroundProps) {
  const { allowed_origins: allowed = [], id } = chatbot;
  if (!allowed.length || allowed.includes(location.origin)) return null;
  const admit = () => patch<Chatbot>(`/v1/chatbots/${id}`, { allowed_origins: [...allowed, location.origin] }).then(changed, sayError);
  return (
    <div class="admission" role="note">
      <p>The chat can’t connect from here: <code>{location.origin}</code> is not among the chatbot’s allowed origins.</p>
      <button type="button" class="button" onClick={admit}>Allow this address</button>
    </div>
  );
}
