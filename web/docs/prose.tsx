/** A sentence of the document, with what stands in backticks as code. */
export const Prose = ({ text }: { text: string }) => <>{text.split("`").map((part, at) => (at % 2 ? <code key={at}>{part}</code> : part))}</>;
