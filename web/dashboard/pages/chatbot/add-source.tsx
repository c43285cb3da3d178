import { useState } from "preact/hooks";
import { ApiError, post } from "../../api/client";
import { Area, Field } from "../../parts/field";
import { Icon, type IconName } from "../../parts/icon";
import { Dialog } from "../../parts/dialog";

interface Form {
  title: string;
  icon: IconName;
  /** Fields by their name in the request; `long` ones get several lines. */
  fields: { name: string; label: string; hint?: string; long?: boolean; type?: "url" }[];
}

const FORMS: Record<"site" | "url" | "text" | "qa", Form> = {
  site: { title: "Website", icon: "list", fields: [{ name: "url", label: "Address", type: "url", hint: "Its pages and what its sitemap names, up to 500, as its robots.txt allows." }] },
  url: { title: "Web page", icon: "link", fields: [{ name: "url", label: "Address", type: "url", hint: "One page; its links are not followed." }] },
  text: { title: "Text", icon: "text", fields: [{ name: "title", label: "Title" }, { name: "text", label: "Text", long: true }] },
  qa: { title: "Question and answer", icon: "question", fields: [{ name: "question", label: "Question" }, { name: "answer", label: "Answer", long: true }] },
};

type Kind = keyof typeof FORMS;

/** The sources that are not files: one button each. */
export function AddSource({ path, added }: { path: string; added(): void }) {
  const [kind, setKind] = useState<Kind>();
  return (
    <div class="actions start">
      {(Object.keys(FORMS) as Kind[]).map((name) => (
        <button key={name} type="button" class="button" onClick={() => setKind(name)}>
          <Icon name={FORMS[name].icon} />
          {FORMS[name].title}
        </button>
      ))}
      {kind && <AddDialog kind={kind} path={path} added={added} close={() => setKind(undefined)} />}
    </div>
  );
}

function AddDialog({ kind, path, added, close }: { kind: Kind; path: string; added(): void; close(): void }) {
  const { title, fields } = FORMS[kind];
  const [values, setValues] = useState<Record<string, string>>({});
  const [error, setError] = useState<Error>();
  const submit = async (event: Event) => {
    event.preventDefault();
    try {
      await post(path, { kind, ...values });
      added();
      close();
    } catch (refusal) {
      setError(refusal as Error);
    }
  };
  const isAboutFields = error instanceof ApiError && fields.some(({ name }) => error.about(name));
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={submit}>
        {fields.map(({ name, long, ...about }) => {
          const Entry = long ? Area : Field;
          const refusal = error instanceof ApiError ? error.about(name) : undefined;
          return <Entry key={name} {...about} required error={refusal} value={values[name] ?? ""} onValue={(value: string) => setValues({ ...values, [name]: value })} />;
        })}
        {error && !isAboutFields && <p class="error" role="alert">{error.message}</p>}
        <div class="actions">
          <button type="button" class="button" onClick={close}>Cancel</button>
          <button class="button primary">Add</button>
        </div>
      </form>
    </Dialog>
  );
}
