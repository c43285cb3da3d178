/** Making elements without a line of HTML. */

type Properties<Element> = { [Key in keyof Element]?: Key extends "part" ? string : Element[Key] };

/** Makes an element with DOM properties and children; what is false, empty or undefined is no child. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  properties?: Properties<HTMLElementTagNameMap[Name]>,
  ...children: (Node | string | false | undefined)[]
): HTMLElementTagNameMap[Name] {
  const element = Object.assign(document.createElement(name), properties) as HTMLElementTagNameMap[Name];
  element.append(...(children.filter(Boolean) as (Node | string)[]));
  return element;
}

/** Makes a button; one that shows a sign instead of words needs a label for those who can't see it. */
export const makeButton = (className: string, onclick: () => void, text: string, ariaLabel?: string) =>
  make("button", { type: "button", className, onclick, ...(ariaLabel && { ariaLabel }) }, text);
