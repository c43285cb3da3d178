const FIRST_MS = 400;
const LONGEST_MS = 30_000;

/**
 * How long to wait, in milliseconds, before reconnection number `attempt` (from 0): 0.4 s doubling up to 30 s, of which
 * the upper half is chance, so that the visitors of a restarted server do not come back all at once.
 */
export const delay = (attempt: number, chance: number): number =>
  Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt) * (0.5 + chance / 2);
