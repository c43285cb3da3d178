/** Where the reader is, kept in the address after `#`. */
import { computed, signal } from "@preact/signals";

export const TABS = ["playground", "sources", "conversations", "settings", "install"] as const;
export type Tab = (typeof TABS)[number];

export type Route =
  | { page: "chatbots" }
  | { page: "system" }
  | { page: "chatbot"; id: string; tab: Tab; item?: string };

const hash = signal(location.hash);
addEventListener("hashchange", () => (hash.value = location.hash));

function parse(address: string): Route {
  const [page, id, tab, item] = address.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
  if (page === "system") return { page };
  if (page === "chatbots" && id) return { page: "chatbot", id, tab: TABS.find((name) => name === tab) ?? "playground", item };
  return { page: "chatbots" };
}

export const route = computed(() => parse(hash.value));

/** The address of a chatbot's tab, or of one thing in it. */
export const chatbotPath = (id: string, tab: Tab = "playground", item?: string) =>
  ["#/chatbots", id, tab, item].filter(Boolean).join("/");

export const go = (path: string) => {
  location.hash = path;
};
