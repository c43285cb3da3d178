// Builds everything the browser gets into one folder, under stable names.
import { build, transform } from "esbuild";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

/** The oldest browsers with `light-dark()` and relative colours, which the style sheets rest on. */
const target = ["chrome123", "firefox128", "safari17.5"];

/** The widget's own custom properties go by one letter; those that a page may set begin with `--aihio`. */
const OWN_PROPERTIES = { accent: "a", on: "o", ink: "i", surface: "s", text: "t", muted: "m", line: "l", soft: "f" };
const shortProperties = (css) =>
  css.replace(/--([a-z]+)\b(?!-)(: )?/g, (all, name, colon) => (OWN_PROPERTIES[name] ? "--" + OWN_PROPERTIES[name] + (colon ? ":" : "") : all));

/**
 * Names of the widget's objects that never leave its bundle, neither to the server nor to storage nor to the document, and
 * may be shortened there.
 */
const INTERNAL =
  /^(announce|arrived|banner|call|caughtUp|change|changed|configured|dialog|element|entries|failure|field|follow|head|hello|hurry|listener|node|pieces|position|publish|published|put|rate|read|refused|renewed|reset|restore|say|startOver|status|store|textOf|unqueue|version|visit|welcomed|write|writing)$/;

/** Hands `.css` imports of the widget over as minified text: its shadow root adopts a constructed sheet. */
const cssAsText = {
  name: "css-as-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, target });
      return { contents: shortProperties(code.trim()), loader: "text" };
    });
  },
};

const shared = {
  absWorkingDir: here,
  bundle: true,
  minify: true,
  target,
  legalComments: "none",
  charset: "utf8",
  logLevel: "warning",
};

/** The JavaScript bundles: name in `dist`, entry, and what differs from `shared`. */
const scripts = [
  { name: "w.js", entry: "widget/launcher.ts", format: "iife", plugins: [cssAsText] },
  { name: "app.js", entry: "widget/app.ts", format: "esm", plugins: [cssAsText], mangleProps: INTERNAL },
  { name: "dashboard.js", entry: "dashboard/main.tsx", format: "esm" },
  { name: "demo.js", entry: "demo/main.ts", format: "esm" },
  { name: "docs.js", entry: "docs/main.tsx", format: "esm" },
];

/** The style sheets of the pages. */
const sheets = [
  { name: "dashboard.css", entry: "dashboard/style/all.css" },
  { name: "demo.css", entry: "demo/demo.css" },
];

/** The pages, copied as they are. */
const pages = [
  { name: "index.html", entry: "dashboard/index.html" },
  { name: "demo.html", entry: "demo/demo.html" },
  { name: "docs.html", entry: "docs/docs.html" },
];

/** The names of all files that `bundle` writes. */
export const outputs = [...scripts, ...sheets, ...pages].map(({ name }) => name);

/** Builds all of it into `folder`. */
export async function bundle(folder) {
  await mkdir(folder, { recursive: true });
  const built = [...scripts, ...sheets].map(({ name, entry, ...options }) =>
    build({ ...shared, ...options, entryPoints: [entry], outfile: join(folder, name) }),
  );
  const copied = pages.map(({ name, entry }) => copyFile(join(here, entry), join(folder, name)));
  await Promise.all([...built, ...copied]);
}
