import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readClass, writeClass } from "./anomaly";
import { kindOf, readPairs, type Attribute, type Part, type Stamp } from "./attributes";
import { readLabel, readTags, writeLabels } from "./classification";
import { readBoxes, readSize, writeBoxes, type ShareBox } from "./detection";
import { Line, type Json } from "./lines";
import { readMask, writeMask } from "./segmentation";

// The same files that tests/manifest reads in Python.
const GOLDEN = fileURLToPath(new URL("../../../tests/golden", import.meta.url));

interface Golden {
  readonly from: string;
  readonly cases: readonly { readonly line: Json; readonly means: readonly Json[] }[];
}

describe("golden lines mean what their files say", () => {
  const files = readdirSync(`${GOLDEN}/manifests`).filter((name) => name.endsWith(".json"));

  it.each(files)("%s", (name) => {
    const golden = JSON.parse(readFileSync(`${GOLDEN}/manifests/${name}`, "utf8")) as Golden;
    expect(golden.from).not.toBe("");
    for (const { line, means } of golden.cases) {
      expect(readPairs(Line.read(JSON.stringify(line))).map(meaning)).toEqual(means);
    }
  });
});

/** Say a pair as the golden files do. */
function meaning(pair: Attribute): unknown {
  const attribute = pair.name;
  switch (kindOf(pair)) {
    case "class":
      return { attribute, label: readLabel(pair), anomalous: readClass(pair) ?? null };
    case "boxes": {
      const { width, height, depth } = readSize(pair);
      const boxes = readBoxes(pair).map(({ label, box }) => ({ label, shares: sharesOf(box) }));
      return { attribute, size: [width, height, depth], boxes };
    }
    case "mask": {
      const mask = readMask(pair);
      return {
        attribute,
        mask: mask === undefined ? null : { ref: mask.ref, colors: Object.fromEntries(mask.colors) },
      };
    }
    default:
      return { attribute, tags: readTags(pair) };
  }
}

function sharesOf({ left, top, width, height }: ShareBox): number[] {
  return [left, top, width, height].map((share) => Math.round(share * 1e6) / 1e6);
}

interface Written {
  readonly writes: "labels" | "class" | "boxes" | "mask";
  readonly job: string;
  readonly part: Record<string, Json>;
  readonly labels: string[];
  readonly anomalous: boolean;
  readonly attribute: string;
  readonly size: [number, number, number];
  readonly names: string[];
  readonly boxes: { label: string; shares: [number, number, number, number] }[];
  readonly ref: string;
  readonly colors: [string, string][];
}

describe("the console writes what Python writes", () => {
  const golden = JSON.parse(readFileSync(`${GOLDEN}/written/parts.json`, "utf8")) as {
    moment: string;
    cases: Written[];
  };

  it.each(golden.cases.map((written, place) => [`${written.writes} ${String(place)}`, written] as const))(
    "%s",
    (_, written) => {
      const part = write(written, { moment: new Date(golden.moment), job: written.job });
      expect(Object.fromEntries(part)).toEqual(written.part);
      expect([...part.keys()]).toEqual(Object.keys(written.part));
    },
  );
});

function write(written: Written, stamp: Stamp): Part {
  switch (written.writes) {
    case "labels":
      return writeLabels(written.labels, stamp);
    case "class":
      return writeClass(written.anomalous, stamp);
    case "boxes": {
      const [width, height, depth] = written.size;
      const boxes = written.boxes.map(({ label, shares: [left, top, w, h] }) => ({
        label,
        box: { left, top, width: w, height: h },
      }));
      return writeBoxes(boxes, written.attribute, { width, height, depth }, stamp, written.names);
    }
    case "mask":
      return writeMask({ ref: written.ref, colors: new Map(written.colors) }, stamp);
  }
}
