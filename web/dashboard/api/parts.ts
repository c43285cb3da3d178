/** Sends a large file in parts: some at a time, each again by itself where the line breaks. */

/** A part of the file, and where it goes. */
export interface Part {
  number: number;
  url: string;
  headers?: Record<string, string>;
}

/** Puts bytes, telling how many have left; answers the tag of what arrived. */
export type Put = (part: Part, bytes: Blob, sent: (bytes: number) => void) => Promise<string>;

/** Parts under way at once: a slow line is not split among more. */
const AT_ONCE = 3;
/** How often one part is tried. */
const ATTEMPTS = 4;

const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Sends every part of `file` and gives their tags in order. `progressed` is told the bytes that have left, over all. */
export async function sendParts(file: Blob, partBytes: number, parts: Part[], put: Put, progressed: (bytes: number) => void, pauseMs = 1000): Promise<string[]> {
  const tags: string[] = [];
  const sent = parts.map(() => 0);
  const waiting = parts.map((part, index) => ({ part, index }));
  const tell = (index: number, bytes: number) => {
    sent[index] = bytes;
    progressed(sent.reduce((sum, one) => sum + one, 0));
  };
  const sendOne = async (part: Part, index: number) => {
    const bytes = file.slice(index * partBytes, (index + 1) * partBytes);
    for (let attempt = 1; ; attempt++) {
      try {
        tags[index] = await put(part, bytes, (count) => tell(index, count));
        return tell(index, bytes.size);
      } catch (broken) {
        tell(index, 0);
        if (attempt === ATTEMPTS) throw broken;
        await wait(pauseMs * 2 ** (attempt - 1));
      }
    }
  };
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await sendOne(next.part, next.index);
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } finally {
    // Where one part has failed for good, the others need not begin.
    waiting.length = 0;
  }
  return tags;
}
