// Loads a TypeScript module of the sources into a test.
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

/** Bundles `path`, relative to `web/`, and imports it. */
export async function load(path) {
  const entry = fileURLToPath(new URL("../" + path, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false, logLevel: "error" });
  return import("data:text/javascript;base64," + Buffer.from(outputFiles[0].contents).toString("base64"));
}
