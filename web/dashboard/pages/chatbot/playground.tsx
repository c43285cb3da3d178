import { useEffect, useRef, useState } from "preact/hooks";
import type { Panel, PanelContext } from "../../../widget/contract";
import type { Chatbot } from "../../api/types";
import { chatbotPath } from "../../route";

/** The widget's own file: what is tried here is what visitors get. */
const WIDGET = "/assets/app.js";

interface WidgetModule {
  mount(context: PanelContext): Panel;
}

/** The real widget inside the page, over the real socket. */
export function Playground({ chatbot }: { chatbot: Chatbot }) {
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
        <p>This is the widget as your visitors meet it, with the same answers and sources. Press a number in an answer to see the passage it rests on.</p>
        <p>Not the answer you hoped for? Add what is missing under <a href={chatbotPath(chatbot.id, "sources")}>Sources</a>, then ask again.</p>
        <p class="error" role="alert">{error}</p>
      </aside>
    </section>
  );
}
