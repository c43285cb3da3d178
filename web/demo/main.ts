/** The demo shop: puts the widget on the page and shows the server's actors under it. */
import { showActors } from "./actors";

interface Widget {
  open(): void;
}

declare global {
  interface Window {
    aihio?: Widget;
  }
}

/**
 * Starts the widget for the chatbot that the server names. Trusted Types forbid to make a script element here, so the
 * launcher is imported and finds its settings on the page's body; a page of one's own uses the one-line script element.
 */
async function startWidget(): Promise<void> {
  const reply = await fetch("/demo/config.json");
  if (!reply.ok) return;
  const { chatbot_id: chatbot } = (await reply.json()) as { chatbot_id: string };
  document.body.dataset.chatbot = chatbot;
  document.body.dataset.accent = "#9a4f12";
  document.body.dataset.greeting = "Questions about the lamp? Ask away.";
  const launcher = "/widget.js";
  await import(launcher);
}

document.querySelector("#ask")?.addEventListener("click", () => window.aihio?.open());
void startWidget();
void showActors(document.querySelector<HTMLElement>("#system")!);
