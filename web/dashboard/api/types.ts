/** The parts of the public API's answers that the dashboard reads. */

/** A page of a list. */
export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

/** RFC 9457. */
export interface Problem {
  title?: string;
  detail?: string;
  status?: number;
  code?: string;
  errors?: { field: string; message: string }[];
}

export interface Me {
  csrf_token?: string;
  email?: string;
  name?: string | null;
  /** May see the whole server. */
  operator?: boolean;
}

export interface Answerer {
  kind: "extractive" | "echo" | "llm";
  provider?: string | null;
  model?: string | null;
}

export interface Theme {
  accent?: string | null;
  position?: string | null;
  launcher_label?: string | null;
}

/** What a visitor meets first; part of the chatbot itself or of its `behaviour`. */
export interface Manner {
  greeting?: string | null;
  suggestions?: string[] | null;
}

export interface Chatbot extends Manner {
  id: string;
  slug?: string;
  name: string;
  answerer?: Answerer;
  behaviour?: Manner;
  theme?: Theme;
  allowed_origins?: string[];
  config_version?: number;
  created_at?: string;
}

export type SourceKind = "file" | "url" | "site" | "sitemap" | "text" | "qa";

export interface Source {
  id: string;
  kind: SourceKind;
  title?: string | null;
  url?: string | null;
  /** Where its latest job stands. */
  state?: JobState;
  job_id?: string | null;
  /** Passages that can be found. */
  chunks?: number | null;
  created_at?: string;
}

export interface Upload {
  upload_id: string;
  url: string;
  method: string;
  headers?: Record<string, string>;
  /** The size of the parts that a large file is sent in. */
  part_bytes?: number | null;
}

export interface UploadParts {
  part_bytes: number;
  parts: { number: number; url: string; headers?: Record<string, string> }[];
}

export type JobState = "queued" | "running" | "paused" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: string;
  state: JobState;
  stage?: string | null;
  /** From 0 to 1. */
  progress?: number | null;
  /** How many pages it has found and is done with, for a site. */
  pages?: { found: number; settled: number; read: number; failed: number } | null;
  error?: { code?: string; message?: string } | null;
}

export type PageState = "waiting" | "read" | "stale" | "failed" | "skipped" | "gone" | "excluded";

/** A page of a site. */
export interface SitePage {
  id: string;
  url: string;
  title?: string | null;
  state: PageState;
  error?: { message?: string } | null;
}

export type SessionState = "assistant" | "waiting" | "agent" | "closed";

export interface Session {
  id: string;
  state?: SessionState;
  visitor?: { name?: string | null; email?: string | null } | null;
  locale?: string | null;
  page_url?: string | null;
  messages?: number | null;
  created_at?: string;
  opened_at?: string;
  last_message_at?: string | null;
}

export interface Citation {
  n: number;
  title: string;
  url?: string | null;
  quote: string;
}

export interface Message {
  message_id: string;
  seq: number;
  role: "visitor" | "assistant" | "agent" | "system";
  text: string;
  citations?: Citation[] | null;
  at?: string;
}

/** An actor and its children. */
export interface ActorNode {
  kind: string;
  id: string;
  state?: string;
  generation?: number;
  restarts?: number;
  mailbox?: number;
  children?: ActorNode[];
  /** How many more children there are than are shown. */
  more?: number;
}
