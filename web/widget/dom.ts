/** Making elements without a line of HTML. */

type Child = Node | string | false | null | undefined;

/** Attributes by name; functions become event listeners, and what is false or undefined is left out. */
type Attributes = Record<string, string | number | true | false | undefined | ((event: never) => void)>;

/** Makes an element: `make("button", {class: "send", click: send}, "Send")`. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value as EventListener);
    else if (value !== false && value !== undefined) element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child || child === "") as (Node | string)[]);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of 24 by 24 drawn by one path. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}
