import { useRef, useState } from "preact/hooks";
import { uploadSource } from "../../api/upload";
import { Icon } from "../../parts/icon";
import { Progress } from "../../parts/states";

const TYPES = ".pdf,.docx,.pptx,.xlsx,.odt,.odp,.ods,.epub,.html,.htm,.md,.txt,.csv,.tsv,.json,.jsonl";

interface Sending {
  key: number;
  name: string;
  share: number;
  error?: string;
}

let lastKey = 0;

/** Where files are dropped or chosen; each shows how much of it has been sent. */
export function DropZone({ chatbot, added }: { chatbot: string; added(): void }) {
  const [sending, setSending] = useState<Sending[]>([]);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const change = (key: number, changes: Partial<Sending>) =>
    setSending((all) => all.map((one) => (one.key === key ? { ...one, ...changes } : one)));
  const leave = (key: number) => setSending((all) => all.filter((one) => one.key !== key));

  const send = async (file: File) => {
    const key = ++lastKey;
    setSending((all) => [...all, { key, name: file.name, share: 0 }]);
    try {
      await uploadSource(chatbot, file, (share) => change(key, { share }));
      leave(key);
      added();
    } catch (refusal) {
      change(key, { error: (refusal as Error).message });
    }
  };
  const take = (files: FileList | null | undefined) => [...(files ?? [])].forEach(send);
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(event.type === "dragover");
    if (event.type === "drop") take(event.dataTransfer?.files);
  };

  return (
    <>
      <div class={over ? "drop over" : "drop"} onDragOver={drag} onDragLeave={drag} onDrop={drag}>
        <Icon name="upload" />
        <p>
          <strong>Drop files here</strong> or{" "}
          <button type="button" class="link" onClick={() => input.current?.click()}>choose them</button>
        </p>
        <p class="muted">PDF, Word, PowerPoint, Excel, OpenDocument, EPUB, HTML, Markdown, text, CSV, JSON</p>
        <input ref={input} type="file" multiple hidden accept={TYPES} aria-label="Files" onChange={(event) => take(event.currentTarget.files)} />
      </div>
      {!!sending.length && (
        <ul class="rows" aria-label="Uploads">
          {sending.map(({ key, name, share, error }) => (
            <li key={key}>
              <Icon name="file" />
              <div class="grow">
                <strong>{name}</strong>
                {error ? <p class="error" role="alert">{error}</p> : <Progress label="Sending" share={share} />}
              </div>
              {error && <button type="button" class="button" onClick={() => leave(key)}>Dismiss</button>}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
