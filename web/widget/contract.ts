/** The words that launcher, panel and server share. Everything that a server may leave out is optional. */

/** Who the page says its visitor is; `hash` proves `id` where the chatbot asks for proof. */
export interface Visitor {
  id?: string;
  hash?: string;
  name?: string;
  email?: string;
}

/** What the launcher hands to the panel. */
export interface PanelContext {
  host: HTMLElement;
  root: ShadowRoot;
  /** The launcher's button; absent where the panel lives inside a page (`inline`). */
  button?: HTMLButtonElement;
  /** `data-*` of the embedding element. */
  options: DOMStringMap;
  visitor?: Visitor;
}

/** What the launcher asks of the panel. */
export interface Panel {
  open(): void;
  close(): void;
  toggle(): void;
  /** The visitor in the context has changed. */
  identify(): void;
  /** Closes the socket for good and removes the panel. */
  destroy(): void;
}

/** One field of what a chatbot may ask before the first message. */
export interface FormField {
  name: string;
  label?: string;
  required?: boolean;
}

/** A chatbot's public configuration. */
export interface Chatbot {
  id: string;
  name: string;
  greeting?: string | null;
  suggestions?: string[] | null;
  locale?: string | null;
  theme?: {
    accent?: string | null;
    scheme?: string | null;
  } | null;
  pre_chat_form?: FormField[] | null;
}

/** A passage that an answer rests on. */
export interface Citation {
  n: number;
  source_id?: string;
  title: string;
  url?: string | null;
  quote: string;
}

/** Who speaks. */
export type Role = "visitor" | "assistant" | "agent" | "system";

/** A durable message, as published and as `GET /v1/sessions/{id}/messages` lists it. */
export interface Message {
  message_id: string;
  client_id?: string | null;
  seq?: number;
  role: Role;
  text: string;
  reply_to?: string | null;
  citations?: Citation[] | null;
  at?: string;
}

/** Who answers in the session at present. */
export type SessionState = "assistant" | "waiting" | "agent" | "closed";

/** The data of a publication on the session's channel, told apart by `type`. */
export type PublicationData =
  | ({ type: "message" } & Message)
  | { type: "state"; state: SessionState; agent?: { name?: string } | null }
  | { type: "delta" | "snapshot"; message_id: string; n?: number; text?: string }
  | { type: "suggestions"; message_id: string; items: string[] }
  | { type: "typing"; role: Role; active?: boolean }
  | ({ type: "config" } & Partial<Chatbot> & { chatbot?: Chatbot })
  | { type: "notice"; code?: number; message: string; retry_after_ms?: number };

/** A publication; with an offset it is durable and belongs to the history. */
export interface Publication {
  data: PublicationData;
  offset?: number;
}

/** A subscription's entry in the reply to `connect`. */
export interface Subscription {
  epoch?: string;
  offset?: number;
  recovered?: boolean;
  publications?: Publication[];
}

/** The reply to `connect`. */
export interface Welcome {
  ping?: number;
  pong?: boolean;
  expires?: boolean;
  ttl?: number;
  data?: { session_id?: string; token?: string; chatbot?: Chatbot };
  subs?: Record<string, Subscription>;
}
