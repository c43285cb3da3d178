import type { Chatbot } from "../../api/types";
import { Copy } from "../../parts/copy";
import { chatbotPath } from "../../route";

/** The launcher's looks, which it must know before it has asked the server anything. */
function looks({ theme }: Chatbot): string {
  const attributes = { accent: theme?.accent, position: theme?.position, label: theme?.launcher_label };
  return Object.entries(attributes).map(([name, value]) => (value ? ` data-${name}="${value.replaceAll('"', "&quot;")}"` : "")).join("");
}

/** The line to paste, and what else a site may need. */
export function Install({ chatbot }: { chatbot: Chatbot }) {
  const { origin } = location;
  const snippet = `<script src="${origin}/widget.js" data-chatbot="${chatbot.id}"${looks(chatbot)} async></script>`;
  const policy = `script-src ${origin}; connect-src ${origin} ${origin.replace("http", "ws")}`;
  const origins = chatbot.allowed_origins ?? [];
  return (
    <section class="prose">
      <h2>1. Paste this before <code>&lt;/body&gt;</code></h2>
      <Snippet text={snippet} />
      <h2>2. Name your site</h2>
      {origins.length ? (
        <p>The widget works on {origins.map((site, at) => <>{at > 0 && ", "}<code>{site}</code></>)}. <a href={chatbotPath(chatbot.id, "settings")}>Change</a></p>
      ) : (
        <p>So far the widget works on this machine alone. Add your site’s address under <a href={chatbotPath(chatbot.id, "settings")}>allowed origins</a>.</p>
      )}
      <h2>3. With a content security policy</h2>
      <p>The widget needs no inline script, no inline style and no <code>eval</code>; Trusted Types may be on. Add:</p>
      <Snippet text={policy} />
      <h2>To your taste</h2>
      <dl class="keys">
        <div><dt><code>data-accent</code></dt><dd>the launcher’s colour</dd></div>
        <div><dt><code>data-position</code></dt><dd><code>left</code> or <code>right</code></dd></div>
        <div><dt><code>data-greeting</code></dt><dd>a line beside the launcher</dd></div>
        <div><dt><code>data-open</code></dt><dd>opens with the page</dd></div>
        <div><dt><code>aihio.open()</code></dt><dd>also <code>close()</code>, <code>on(event, f)</code>, <code>{"identify({id, hash, name, email})"}</code></dd></div>
      </dl>
    </section>
  );
}

function Snippet({ text }: { text: string }) {
  return (
    <div class="snippet">
      <pre tabIndex={0}><code>{text}</code></pre>
      <Copy text={text} />
    </div>
  );
}
