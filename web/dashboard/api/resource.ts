/** Something read from the server that a page shows. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";

export interface Resource<Value> {
  value: Value | undefined;
  error: Error | undefined;
  reload(): Promise<void>;
  /** Shows `value` before the server has confirmed it. */
  set(value: Value): void;
}

/** Reads with `load` at once and whenever `key` changes. An older answer never overwrites a newer one. */
export function useResource<Value>(key: string, load: () => Promise<Value>): Resource<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: Error }>({ key });
  const latest = useRef(0);
  const reload = useCallback(async () => {
    const mine = ++latest.current;
    try {
      const value = await load();
      if (mine === latest.current) setState({ key, value });
    } catch (error) {
      if (mine === latest.current) setState((before) => ({ key, value: before.key === key ? before.value : undefined, error: error as Error }));
    }
  }, [key]);
  useEffect(() => {
    void reload();
    return () => void latest.current++;
  }, [reload]);
  const isCurrent = state.key === key;
  return {
    value: isCurrent ? state.value : undefined,
    error: isCurrent ? state.error : undefined,
    reload,
    set: (value) => setState({ key, value }),
  };
}

/** Calls `act` every `milliseconds` while the page is looked at. */
export function useEvery(milliseconds: number, act: () => void): void {
  const current = useRef(act);
  current.current = act;
  useEffect(() => {
    const timer = setInterval(() => document.hidden || current.current(), milliseconds);
    return () => clearInterval(timer);
  }, [milliseconds]);
}
