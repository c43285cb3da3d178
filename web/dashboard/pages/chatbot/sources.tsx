import { useState } from "preact/hooks";
import { get, list, post, remove } from "../../api/client";
import { useEvery, useResource } from "../../api/resource";
import type { Chatbot, Job, JobState, Source, SourceKind } from "../../api/types";
import { Confirm } from "../../parts/dialog";
import { Icon, type IconName } from "../../parts/icon";
import { Badge, Empty, Failure, Loading } from "../../parts/states";
import { Time } from "../../parts/time";
import { counted } from "../../parts/counted";
import { say, sayError } from "../../parts/toast";
import { AddSource } from "./add-source";
import { JobProgress } from "./job-progress";
import { DropZone } from "./drop-zone";
import { SitePages } from "./site-pages";

const ICONS: Record<SourceKind, IconName> = { file: "file", url: "link", site: "list", sitemap: "list", text: "text", qa: "question" };
const REFRESH_MS = 5000;

/** What a source's state means to its owner. */
const STATES: Record<JobState, string> = { queued: "waiting its turn", running: "reading", paused: "paused", succeeded: "ready", failed: "failed", cancelled: "cancelled" };

/** What a source is called. */
const nameOf = ({ title, url, kind }: Source) => title || url || kind;

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
  const [last, setLast] = useState<Job>();
  // The end of a job is told a moment before the list knows of it.
  const state = last?.id === source.job_id ? last?.state : source.state;
  const isDone = ["succeeded", "failed", "cancelled"].includes(state ?? "succeeded");
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
  const ended = (end: Job) => {
    setLast(end);
    changed();
  };
  const [open, setOpen] = useState(false);
  const isSite = source.kind === "site" || source.kind === "sitemap";
  const held = state === "paused";
  const hold = async () => {
    try {
      await post(`/v1/jobs/${source.job_id}/${held ? "resume" : "pause"}`);
      setLast(undefined);
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
          {!!source.chunks && `${counted(source.chunks, "passage")} · `}
          <Time at={source.created_at} />
        </p>
        {state === "failed" && source.job_id && <FailureReason job={source.job_id} />}
        {job && (!isDone || job !== source.job_id) && <JobProgress id={job} ended={ended} />}
        {open && <SitePages source={source} />}
      </div>
      {state && <Badge state={state} word={STATES[state]} />}
      {isSite && !isDone && (
        <button type="button" class="quiet" aria-label={`${held ? "Resume" : "Pause"} ${name}`} title={held ? "Resume" : "Pause"} onClick={hold}><Icon name={held ? "play" : "pause"} /></button>
      )}
      {isSite && (
        <button type="button" class="quiet" aria-label={`Pages of ${name}`} title="Pages" aria-expanded={open} onClick={() => setOpen(!open)}><Icon name="list" /></button>
      )}
      <button type="button" class="quiet" aria-label={`Read ${name} again`} title="Read again" onClick={sync}><Icon name="sync" /></button>
      <button type="button" class="quiet" aria-label={`Delete ${name}`} title="Delete" onClick={() => setAsking(true)}><Icon name="trash" /></button>
      {asking && <Confirm title={`Delete “${name}”?`} text="The chatbot stops answering from it at once. This can’t be undone." action="Delete" confirm={drop} close={() => setAsking(false)} />}
    </li>
  );
}

/** Why a source could not be read, in the server's words. */
function FailureReason({ job }: { job: string }) {
  const { value } = useResource(job, () => get<Job>(`/v1/jobs/${job}`));
  return <p class="error">{value?.error?.message ?? "It could not be read."}</p>;
}
