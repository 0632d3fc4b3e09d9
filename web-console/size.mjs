// What a browser has to load before the console shows anything: the scripts and styles that index.html names, as gzip
// sends them. Fails where that is more than the limit.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT = 230_000; // bytes
const BUILT = new URL("../opentrusty_console/static/", import.meta.url);

const index = readFileSync(new URL("index.html", BUILT), "utf8");
const named = [...index.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, path]) => path);
const sizes = named.map((path) => [path, gzipSync(readFileSync(new URL(path, BUILT))).length]);
const total = sizes.reduce((sum, [, size]) => sum + size, 0);
process.stdout.write(`entry: ${total} bytes of at most ${LIMIT}\n`);
if (named.length === 0 || total > LIMIT) {
  const largest = sizes.toSorted((a, b) => b[1] - a[1]).slice(0, 8);
  process.stderr.write(`${largest.map(([path, size]) => `${size} ${path}`).join("\n")}\n`);
  process.exitCode = 1;
}
