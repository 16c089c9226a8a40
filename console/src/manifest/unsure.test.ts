import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Line, type Json } from "./lines";
import { isUnsure, markUnsure, settle } from "./unsure";

// The same file that tests/manifest reads in Python.
const GOLDEN = fileURLToPath(new URL("../../../tests/golden/unsure.json", import.meta.url));

interface Case {
  readonly line: Json;
  readonly unsure: boolean;
  readonly marked: Json;
  readonly settled: Json;
}

describe("the mark of a picture that nobody could label for sure", () => {
  const { cases } = JSON.parse(readFileSync(GOLDEN, "utf8")) as { readonly cases: readonly Case[] };

  it.each(cases)("$line", ({ line: value, unsure, marked, settled }) => {
    const line = Line.read(JSON.stringify(value));
    expect(isUnsure(line)).toBe(unsure);
    expect(markUnsure(line).text).toBe(JSON.stringify(marked));
    expect(settle(line).text).toBe(JSON.stringify(settled));
  });
});
