import { useState } from "preact/hooks";
import { list, post, remove } from "../../api/client";
import { useEvery, useResource } from "../../api/resource";
import type { Chatbot, Source, SourceKind } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { Icon, type IconName } from "../../parts/icon";
import { Badge, Empty, Failure, Loading } from "../../parts/states";
import { Time } from "../../parts/time";
import { say, sayError } from "../../parts/toast";
import { AddSource } from "./add-source";
import { JobProgress } from "./job-progress";
import { DropZone } from "./drop-zone";

const ICONS: Record<SourceKind, IconName> = { file: "file", url: "link", site: "link", sitemap: "link", text: "text", qa: "question" };
const REFRESH_MS = 5000;

/** What a source is called, whichever kind it is of. */
const nameOf = ({ title, name, filename, question, url, kind }: Source) => title || name || filename || question || url || kind;

/** Why a source failed, in the server's words. */
const reasonOf = ({ error }: Source) => (typeof error === "string" ? error : (error?.detail ?? error?.message));

export function Sources({ chatbot }: { chatbot: Chatbot }) {
  const path = `/v1/chatbots/${chatbot.id}/sources`;
  const sources = useResource(path, () => list<Source>(path));
  const { value, error } = sources;
  useEvery(REFRESH_MS, sources.reload);
  const added = () => void sources.reload();
  return (
    <section>
      <DropZone chatbot={chatbot.id} added={added} />
      <AddSource path={path} added={added} />
      {error && !value && <Failure error={error} retry={sources.reload} />}
      {!value && !error && <Loading />}
      {value?.length === 0 && (
        <Empty icon="book" title="Nothing to answer from yet">
          <p>A chatbot answers only from its sources. One page about shipping or prices is enough to begin.</p>
        </Empty>
      )}
      {!!value?.length && (
        <ul class="rows" aria-label="Sources">
          {value.map((source) => <SourceRow key={source.id} source={source} changed={sources.reload} />)}
        </ul>
      )}
    </section>
  );
}

function SourceRow({ source, changed }: { source: Source; changed(): void }) {
  const [asking, setAsking] = useState(false);
  const [job, setJob] = useState(source.job_id);
  const isDone = !source.state || ["ready", "indexed", "succeeded", "failed"].includes(source.state);
  const name = nameOf(source);
  const sync = async () => {
    try {
      const { job_id } = await post<Source>(`/v1/sources/${source.id}/sync`);
      setJob(job_id);
      say(`${name} is being read again.`);
      changed();
    } catch (refusal) {
      sayError(refusal);
    }
  };
  const drop = () => remove(`/v1/sources/${source.id}`).then(changed, sayError);
  return (
    <li>
      <Icon name={ICONS[source.kind] ?? "file"} />
      <div class="grow">
        <strong>{name}</strong>
        <p class="muted">
          {source.chunks != null && `${source.chunks} passages · `}
          <Time at={source.created_at} />
        </p>
        {source.state === "failed" && <p class="error">{reasonOf(source) ?? "It could not be read."}</p>}
        {job && (!isDone || job !== source.job_id) && <JobProgress id={job} ended={changed} />}
      </div>
      {source.state && <Badge state={source.state} />}
      <button type="button" class="quiet" aria-label={`Read ${name} again`} title="Read again" onClick={sync}><Icon name="sync" /></button>
      <button type="button" class="quiet" aria-label={`Delete ${name}`} title="Delete" onClick={() => setAsking(true)}><Icon name="trash" /></button>
      {asking && <Confirm title={`Delete “${name}”?`} text="The chatbot stops answering from it at once. This can’t be undone." action="Delete" confirm={drop} close={() => setAsking(false)} />}
    </li>
  );
}

