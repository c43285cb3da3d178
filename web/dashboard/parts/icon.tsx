const PATHS = {
  bots: "M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4V6a2 2 0 0 1 1-2z",
  tree: "M12 3v5M5 21v-5h14v5M12 8v8M10 3h4v3h-4zM3 18h4v3H3zM17 18h4v3h-4zM10 18h4v3h-4z",
  book: "M4 5a2 2 0 0 1 2-2h14v18H6a2 2 0 0 1-2-2zm0 13a2 2 0 0 1 2-2h14",
  leave: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  plus: "M12 5v14M5 12h14",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  text: "M5 6h14M5 11h14M5 16h9",
  question: "M9 9a3 3 0 1 1 4 3c-1 .5-1 1-1 2M12 18h.01",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  sync: "M20 11a8 8 0 0 0-14-4L4 9M4 4v5h5M4 13a8 8 0 0 0 14 4l2-2M20 20v-5h-5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  upload: "M12 16V4M7 9l5-5 5 5M4 16v4h16v-4",
  pause: "M9 5v14M15 5v14",
  play: "M8 5l11 7-11 7z",
  list: "M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01",
  back: "M15 5l-7 7 7 7",
} as const;

export type IconName = keyof typeof PATHS;

/** A line icon; decoration only, so whatever holds it must have a name of its own. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
