// As much of a document as the Markdown renderer touches, and a way to read what it built.

class FakeNode {
  parent = null;
  remove() {
    this.parent.childNodes = this.parent.childNodes.filter((node) => node !== this);
    this.parent = null;
  }
}

class TextNode extends FakeNode {
  nodeName = "#text";
  constructor(text) {
    super();
    this.textContent = text;
  }
  get outline() {
    return this.textContent.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  }
}

class FakeElement extends FakeNode {
  childNodes = [];
  constructor(name) {
    super();
    this.nodeName = name.toUpperCase();
  }
  append(...children) {
    for (const child of children) {
      const node = typeof child === "string" ? new TextNode(child) : child;
      if (node.parent) node.remove();
      node.parent = this;
      this.childNodes.push(node);
    }
  }
  get textContent() {
    return this.childNodes.map((node) => node.textContent).join("");
  }
  /** What stands inside, as HTML with the attributes that matter. */
  get inside() {
    return this.childNodes.map((node) => node.outline).join("");
  }
  get outline() {
    const name = this.nodeName.toLowerCase();
    const attributes = (this.href ? ` href="${this.href}"` : "") + (this.start > 1 ? ` start="${this.start}"` : "");
    return `<${name}${attributes}>${this.inside}</${name}>`;
  }
  /** All elements below this one. */
  get all() {
    return this.childNodes.flatMap((node) => (node instanceof FakeElement ? [node, ...node.all] : []));
  }
}

/** Puts the document in place, as the renderer expects it. */
export function installDocument() {
  globalThis.document = { createElement: (name) => new FakeElement(name) };
  return () => new FakeElement("div");
}
