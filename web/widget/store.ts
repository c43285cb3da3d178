/**
 * What outlives a page: the session's token and place in its history, and the messages not yet acknowledged. Kept in
 * `localStorage`, or for the page's life only where storage is refused. Read before each change, as tabs share it.
 */
import type { Chatbot } from "./contract";

/** A message that the server has not acknowledged. */
export interface Outgoing {
  id: string;
  text: string;
}

export interface Memory {
  token?: string;
  session?: string;
  epoch?: string;
  queue?: Outgoing[];
  /** The last public configuration, to paint before the server answers. */
  chatbot?: Chatbot;
  /** The pre-chat form has been filled in. */
  introduced?: boolean;
}

export interface Store {
  read(): Memory;
  change(changes: Memory): void;
  queue(message: Outgoing): void;
  unqueue(id: string): void;
}

export function openStore(key: string): Store {
  let memory: Memory = {};
  const read = () => {
    try {
      memory = JSON.parse(localStorage[key]);
    } catch {
      // Nothing is stored yet, or storage is refused: the page's own memory has to do.
    }
    return memory;
  };
  const change = (changes: Memory) => {
    memory = { ...read(), ...changes };
    try {
      localStorage[key] = JSON.stringify(memory);
    } catch {
      // Storage is full or refused.
    }
  };
  const others = (id: string) => (read().queue ?? []).filter((message) => message.id !== id);
  return {
    read,
    change,
    queue: (message) => change({ queue: [...others(message.id), message] }),
    unqueue: (id) => change({ queue: others(id) }),
  };
}
