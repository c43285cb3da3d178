/** Two-key chords for those who do not reach for the mouse: `g b`, `g s`, `?`. */
import { useEffect, useState } from "preact/hooks";
import { Dialog } from "./parts/dialog";
import { chatbotPath, go, route, type Tab } from "./route";

const TAB_KEYS: Record<string, Tab> = { p: "playground", k: "sources", c: "conversations", e: "settings", i: "install" };
const CHORD_MS = 1200;

const HELP = [
  ["g b", "Chatbots"],
  ["g s", "System"],
  ["g p", "Playground of this chatbot"],
  ["g k", "Sources (knowledge)"],
  ["g c", "Conversations"],
  ["g e", "Settings"],
  ["g i", "Install"],
  ["?", "This list"],
];

const isTyping = (target: EventTarget | null) => target instanceof Element && !!target.closest("input, textarea, select, dialog, aihio-chat, .inline-chat");

function follow(key: string) {
  const here = route.value;
  if (key === "b") go("#/chatbots");
  else if (key === "s") go("#/system");
  else if (here.page === "chatbot" && TAB_KEYS[key]) go(chatbotPath(here.id, TAB_KEYS[key]));
}

export function Shortcuts() {
  const [help, setHelp] = useState(false);
  useEffect(() => {
    let leader = 0;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (event.key === "?") setHelp(true);
      else if (event.timeStamp - leader < CHORD_MS) follow(event.key);
      leader = event.key === "g" ? event.timeStamp : 0;
    };
    addEventListener("keydown", listen);
    return () => removeEventListener("keydown", listen);
  }, []);
  if (!help) return null;
  return (
    <Dialog title="Keyboard" close={() => setHelp(false)}>
      <dl class="keys">
        {HELP.map(([keys, meaning]) => (
          <div key={keys}>
            <dt><kbd>{keys}</kbd></dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" class="actions">
        <button class="button">Close</button>
      </form>
    </Dialog>
  );
}
