/** A number with what it counts: "1 passage", "2 passages". */
export const counted = (count: number, thing: string) => `${count} ${thing}${count === 1 ? "" : "s"}`;
