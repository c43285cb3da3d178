/** The strip with the live actors; it stays hidden for those who may not see them. */

import type { ActorNode } from "../dashboard/api/types";

const REFRESH_MS = 1000;
/** More actors than this are told as a number. */
const MOST_SHOWN = 40;

/** A tree as a list, parents first. */
const flat = (node: ActorNode): ActorNode[] => [node, ...(node.children ?? []).flatMap(flat)];

function chip({ kind, id, state = "running", restarts }: ActorNode): HTMLElement {
  const element = document.createElement("span");
  element.className = `actor ${kind} ${state}`;
  element.title = `${id}: ${state}`;
  element.textContent = kind + (restarts ? ` ↻${restarts}` : "");
  return element;
}

/** Reads the tree every second for as long as it may be read. */
export async function showActors(strip: HTMLElement): Promise<void> {
  const reply = await fetch("/v1/system/tree").catch(() => undefined);
  // Not signed in, or not an operator: nothing to show and nothing to ask again.
  if (reply && !reply.ok) {
    strip.hidden = true;
    return;
  }
  if (reply) {
    const tree = (await reply.json()) as ActorNode | null;
    const actors = tree ? flat(tree) : [];
    const rest = actors.length - MOST_SHOWN;
    strip.replaceChildren(...actors.slice(0, MOST_SHOWN).map(chip), rest > 0 ? `and ${rest} more` : "");
    strip.hidden = !tree;
  }
  setTimeout(() => void showActors(strip), REFRESH_MS);
}
