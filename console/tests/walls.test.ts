// Who may import whom in the console: features stand apart, canvas and manifest know no React, nothing goes round.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const SOURCE = path.resolve(import.meta.dirname, "../src");
const IMPORT = /(?:from|import)\s*\(?\s*"([^"]+)"/gu;

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf-8" }).filter((name) =>
  /\.tsx?$/u.test(name),
);

function targetOf(file: string, specifier: string): string {
  if (!specifier.startsWith(".")) return specifier;
  const bare = path.join(path.dirname(file), specifier);
  const candidates = [bare, `${bare}.ts`, `${bare}.tsx`, `${bare}/index.ts`];
  return candidates.find((candidate) => files.includes(candidate)) ?? bare;
}

const imports = new Map(
  files.map((file) => {
    const text = readFileSync(path.join(SOURCE, file), "utf-8");
    return [file, [...text.matchAll(IMPORT)].map((match) => targetOf(file, match[1] ?? ""))] as const;
  }),
);

function breaches(
  isFrom: (file: string) => boolean,
  isWrong: (target: string, file: string) => boolean,
): string[] {
  return [...imports].flatMap(([file, targets]) =>
    isFrom(file)
      ? targets.filter((target) => isWrong(target, file)).map((target) => `${file} imports ${target}`)
      : [],
  );
}

function featureOf(file: string): string | undefined {
  return /^features\/([^/]+)\//u.exec(file)?.[1];
}

/** A way that comes back to where it began; lazy imports of pages count too. */
function cycleFrom(file: string, way: readonly string[], done: Set<string>): readonly string[] | null {
  if (way.includes(file)) return [...way.slice(way.indexOf(file)), file];
  if (done.has(file)) return null;
  for (const target of imports.get(file) ?? []) {
    const cycle = cycleFrom(target, [...way, file], done);
    if (cycle !== null) return cycle;
  }
  done.add(file);
  return null;
}

describe("the walls of the console", () => {
  it("keep features apart", () => {
    const isOther = (target: string, file: string) =>
      featureOf(target) !== undefined && featureOf(target) !== featureOf(file);
    expect(breaches((file) => featureOf(file) !== undefined, isOther)).toEqual([]);
  });

  it("keep React and the design system out of canvas and manifest", () => {
    const isHeadless = (file: string) => /^(?:canvas|manifest)\//u.test(file);
    const isPage = (target: string) => /^(?:react|@cloudscape|@tanstack|features|ui|api)/u.test(target);
    expect(breaches(isHeadless, isPage)).toEqual([]);
  });

  it("keep pages out of what they stand on", () => {
    const isGround = (file: string) => /^(?:api|i18n|ui|intake)\//u.test(file);
    expect(breaches(isGround, (target) => target.startsWith("features/"))).toEqual([]);
  });

  it("let no import go round in a ring", () => {
    const done = new Set<string>();
    expect(files.map((file) => cycleFrom(file, [], done)).filter((cycle) => cycle !== null)).toEqual([]);
  });
});
