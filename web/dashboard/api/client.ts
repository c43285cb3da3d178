/** Calls to the server's own API with the dashboard's cookie. */
import { signal } from "@preact/signals";
import type { Me, Page, Problem } from "./types";

/** Who is signed in: unknown until asked, `null` for nobody. */
export const me = signal<Me | null | undefined>(undefined);

let csrfToken = "";

/** A refusal, in the server's words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly problem: Problem,
  ) {
    super(problem.errors?.map(({ message }) => message).join(" ") || problem.detail || problem.title || `The server answered ${status}.`);
  }

  /** The server's words about one field of what was sent, or about something in it. */
  about(field: string): string | undefined {
    return this.problem.errors?.find((error) => error.field.split(".").includes(field))?.message;
  }
}

async function readProblem(reply: Response): Promise<Problem> {
  try {
    return await reply.json();
  } catch {
    return { title: `The server answered ${reply.status} ${reply.statusText}.` };
  }
}

/** The headers that a changing call with the cookie needs. */
export const proof = (): Record<string, string> => ({ "X-CSRF-Token": csrfToken });

/** Calls `path`; the answer's JSON, or nothing where it has no body. */
export async function call<Answer = void>(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = method === "GET" ? {} : proof();
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const reply = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }).catch(() => {
    throw new ApiError(0, { title: "The server can’t be reached. Check that it is running and try again." });
  });
  if (!reply.ok) {
    if (reply.status === 401 && me.value) me.value = null;
    throw new ApiError(reply.status, await readProblem(reply));
  }
  const text = await reply.text();
  return (text ? JSON.parse(text) : undefined) as Answer;
}

export const get = <Answer>(path: string) => call<Answer>("GET", path);
export const post = <Answer = void>(path: string, body: unknown = {}) => call<Answer>("POST", path, body);
export const patch = <Answer>(path: string, body: unknown) => call<Answer>("PATCH", path, body);
export const remove = (path: string) => call("DELETE", path);

/** Reads a whole list, page by page, up to `most` items. */
export async function list<Item>(path: string, most = 500): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null | undefined;
  do {
    const query = cursor ? (path.includes("?") ? "&" : "?") + "cursor=" + encodeURIComponent(cursor) : "";
    const page: Page<Item> = await get(path + query);
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor && items.length < most);
  return items;
}

/** Learns who is signed in, and the token that changing calls must carry. */
export async function refreshMe(): Promise<void> {
  try {
    const answer = await get<Me>("/v1/me");
    csrfToken = answer.csrf_token ?? csrfToken;
    me.value = answer;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    me.value = null;
  }
}

export async function signIn(email: string, password: string): Promise<void> {
  const answer = await post<{ csrf_token?: string }>("/v1/auth/login", { email, password });
  csrfToken = answer?.csrf_token ?? "";
  await refreshMe();
}

export async function signOut(): Promise<void> {
  await post("/v1/auth/logout");
  me.value = null;
}
