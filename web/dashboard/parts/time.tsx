const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

function ago(at: Date): string {
  const seconds = (at.getTime() - Date.now()) / 1000;
  const step = STEPS.find(([, size]) => Math.abs(seconds) >= size);
  return step ? relative.format(Math.trunc(seconds / step[1]), step[0]) : "just now";
}

/** How long ago, with the exact time on hover. */
export function Time({ at }: { at: string | null | undefined }) {
  if (!at) return null;
  const time = new Date(at);
  return (
    <time dateTime={at} title={time.toLocaleString()}>
      {ago(time)}
    </time>
  );
}
