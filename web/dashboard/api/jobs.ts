/** Follows a job until it ends. */
import { get } from "./client";
import type { Job } from "./types";

const ENDED = ["succeeded", "failed", "cancelled"];
/** The names under which progress may be sent beside the default `message`. */
const EVENTS = ["message", "progress", "state", "job", "done"];
const POLL_MS = 1000;

/** Calls `changed` with each news of the job, by server-sent events, or by asking where those break. Returns how to stop. */
export function watchJob(id: string, changed: (job: Job) => void): () => void {
  const path = `/v1/jobs/${id}`;
  const events = new EventSource(path + "/events");
  let timer: number | undefined;
  let stopped = false;
  const stop = () => {
    stopped = true;
    events.close();
    clearTimeout(timer);
  };
  const news = (job: Job) => {
    if (stopped) return;
    if (ENDED.includes(job.state)) stop();
    changed(job);
  };
  const poll = () => {
    get<Job>(path).then(news, () => {});
    if (!stopped) timer = window.setTimeout(poll, POLL_MS);
  };
  for (const name of EVENTS) events.addEventListener(name, (event) => news(JSON.parse((event as MessageEvent<string>).data)));
  events.onerror = () => {
    events.close();
    if (!stopped) poll();
  };
  return stop;
}
