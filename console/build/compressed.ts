/**
 * The gzip and brotli forms of every file of the build, so that the server compresses nothing. The plain form
 * goes, since an installation would carry two thirds of its files for nobody; the page itself stays.
 */
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const COMPRESSIBLE = /\.(?:html|js|css|svg|json)$/u;
// Below this a packet holds the file either way.
const LEAST_BYTES = 1024;

async function compressFile(file: string): Promise<void> {
  const content = await readFile(file);
  if (content.length < LEAST_BYTES) return;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } };
  const [brotli, zipped] = await Promise.all([
    promisify(brotliCompress)(content, quality),
    promisify(gzip)(content, { level: 9 }),
  ]);
  await Promise.all([writeFile(`${file}.br`, brotli), writeFile(`${file}.gz`, zipped)]);
  if (!file.endsWith("index.html")) await rm(file);
}

export function compressed(): Plugin {
  return {
    name: "vedette-compressed",
    apply: "build",
    async writeBundle(options) {
      const folder = options.dir ?? "dist";
      const names = await readdir(folder, { recursive: true });
      const files = names.filter((name) => COMPRESSIBLE.test(name));
      await Promise.all(files.map((name) => compressFile(path.join(folder, name))));
    },
  };
}
