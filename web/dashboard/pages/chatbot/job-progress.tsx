import { useEffect, useState } from "preact/hooks";
import { watchJob } from "../../api/jobs";
import type { Job } from "../../api/types";
import { counted } from "../../parts/counted";
import { Progress } from "../../parts/states";

const STAGES: Record<string, string> = {
  queued: "Waiting",
  fetch: "Fetching",
  fetching: "Fetching",
  extract: "Reading",
  extracting: "Reading",
  split: "Splitting",
  splitting: "Splitting",
  embed: "Comparing",
  embedding: "Comparing",
  index: "Indexing",
  indexing: "Indexing",
  paused: "Paused",
};

/** How far a job is, stage by stage; it never goes back. */
export function JobProgress({ id, ended }: { id: string; ended(job: Job): void }) {
  const [job, setJob] = useState<Job>();
  const [share, setShare] = useState(0);
  useEffect(
    () =>
      watchJob(id, (news) => {
        setJob(news);
        setShare((before) => Math.max(before, news.progress ?? 0));
        if (!["queued", "running", "paused"].includes(news.state)) ended(news);
      }),
    [id],
  );
  if (!job || ["succeeded", "failed", "cancelled"].includes(job.state)) return null;
  const stage = job.state === "paused" ? "paused" : (job.stage ?? job.state);
  const label = job.pages ? `${STAGES[stage] ?? "Paused"}: ${job.pages.settled} of ${counted(job.pages.found, "page")}` : (STAGES[stage] ?? stage);
  return <Progress label={label} share={share} />;
}
