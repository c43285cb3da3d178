// `npm run drift`: fails when `dist/` is not what the sources build.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundle, outputs } from "./bundle.mjs";

const dist = new URL("./dist/", import.meta.url).pathname;
const fresh = await mkdtemp(join(tmpdir(), "aihio-web-"));
try {
  await bundle(fresh);
  const stale = [];
  for (const name of outputs) {
    const [committed, built] = await Promise.all(
      [dist, fresh].map((folder) => readFile(join(folder, name)).catch(() => undefined)),
    );
    if (!committed?.equals(built)) stale.push(name);
  }
  const unknown = (await readdir(dist)).filter((name) => !outputs.includes(name));
  if (stale.length) console.error(`dist is stale: ${stale.join(", ")}. Run "npm run build" and commit.`);
  if (unknown.length) console.error(`dist holds files that nothing builds: ${unknown.join(", ")}`);
  process.exitCode = stale.length + unknown.length ? 1 : 0;
} finally {
  await rm(fresh, { recursive: true });
}
