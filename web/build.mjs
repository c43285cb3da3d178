// `npm run build`: writes `dist/` and says what each file weighs on the wire.
import { readFile } from "node:fs/promises";
import { brotliCompressSync } from "node:zlib";
import { budgets } from "./budgets.mjs";
import { bundle, outputs } from "./bundle.mjs";

const dist = new URL("./dist/", import.meta.url);
await bundle(dist.pathname);

const weights = {};
for (const name of outputs) {
  weights[name] = brotliCompressSync(await readFile(new URL(name, dist))).length;
  console.log(`${String(weights[name]).padStart(7)} B  ${name}`);
}

for (const { files, limit } of budgets) {
  const weight = files.reduce((sum, name) => sum + weights[name], 0);
  if (weight > limit) {
    console.error(`${files.join(" + ")}: ${weight} B is over the budget of ${limit} B (brotli)`);
    process.exitCode = 1;
  }
}
