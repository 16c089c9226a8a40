import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MalformedPair } from "./attributes";
import { Line } from "./lines";
import {
  boxesOf,
  classOf,
  hasBoxPair,
  labelsOf,
  maskOf,
  withBoxes,
  withClass,
  withLabels,
  withMask,
  withoutBoxes,
} from "./relabel";

const stamp = { moment: new Date("2026-11-28T12:00:00Z"), job: "console" };
const size = { width: 1000, height: 500, depth: 3 };
const bare = Line.read('{"source-ref": "s3://b/k.png", "note": 1.0}');
const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12 }), { maxLength: 5 });
const share = fc.integer({ min: 0, max: 400 });
const boxes = fc.array(
  fc.record({
    label: fc.constantFrom("rope", "bollard", "__proto__", "constructor"),
    box: fc
      .record({ left: share, top: share, width: share, height: share })
      .map(({ left, top, width, height }) => ({
        left: left / 1000,
        top: top / 500 / 2,
        width: (width + 1) / 1000,
        height: (height + 1) / 500 / 2,
      })),
  }),
  { maxLength: 8 },
);

describe("image-level labels", () => {
  it("are exactly those that were set, and leave other keys alone", () => {
    fc.assert(
      fc.property(names, names, (first, second) => {
        const line = withLabels(withLabels(bare, first, stamp), second, stamp);
        expect(new Set(labelsOf(line))).toEqual(new Set(second));
        expect(line === bare || line.text.startsWith('{"source-ref":"s3://b/k.png","note":1.0')).toBe(true);
      }),
    );
  });

  it("stay as they were signed where they stay", () => {
    const one = withLabels(bare, ["a"], stamp);
    const later = withLabels(one, ["a", "b"], { moment: new Date(0) });
    expect(later.value("a-metadata")).toEqual(one.value("a-metadata"));
    expect(withLabels(later, ["b", "a"], stamp)).toBe(later);
    expect(withLabels(later, [], stamp).text).toBe('{"source-ref":"s3://b/k.png","note":1.0}');
  });
});

describe("boxes", () => {
  it("come back as they were written, for any label", () => {
    fc.assert(
      fc.property(boxes, boxes, (first, second) => {
        const line = withBoxes(bare, first, size, stamp);
        expect(boxesOf(line).map(({ label }) => label)).toEqual(first.map(({ label }) => label));
        const kept = boxesOf(line);
        const both = withBoxes(line, [...second, ...kept], size, stamp);
        const read = boxesOf(both);
        expect(read.map(({ label }) => label)).toEqual([...second, ...kept].map(({ label }) => label));
        for (const [place, { box }] of [...second, ...kept].entries()) {
          expect(read[place]?.box.left).toBeCloseTo(box.left, 9);
          expect(read[place]?.box.height).toBeCloseTo(box.height, 9);
        }
        expect(withBoxes(both, read, size, stamp)).toBe(both);
      }),
    );
  });

  it("keep their pair, their class numbers and what else stands in them", () => {
    const line = Line.read(
      '{"source-ref":"s3://b/k.png","parts":{"image_size":[{"width":100,"height":100,"depth":3}],"extra":7,"annotations":[{"class_id":4,"left":1,"top":2,"width":3,"height":4,"occluded":true},{"class_id":9,"left":5,"top":5,"width":5,"height":5}]},"parts-metadata":{"objects":[{"confidence":0.25},{"confidence":1}],"class-map":{"4":"rope","9":"rope"},"type":"groundtruth/object-detection","human-annotated":"no","creation-date":"2020-01-01T00:00:00"}}',
    );
    const [first, second] = boxesOf(line);
    if (first === undefined || second === undefined) {
      throw new Error("the line has two boxes");
    }
    const added = { label: "cleat", box: { left: 0.5, top: 0.5, width: 0.1, height: 0.1 } };
    const next = withBoxes(line, [second, first, added], size, stamp);
    expect(next.value("parts")).toEqual({
      image_size: [{ width: 100, height: 100, depth: 3 }],
      extra: 7,
      annotations: [
        { class_id: 9, left: 5, top: 5, width: 5, height: 5 },
        { class_id: 4, left: 1, top: 2, width: 3, height: 4, occluded: true },
        { class_id: 10, left: 50, top: 50, width: 10, height: 10 },
      ],
    });
    expect(next.value("parts-metadata")).toEqual({
      objects: [{ confidence: 1 }, { confidence: 0.25 }, { confidence: 1 }],
      "class-map": { 4: "rope", 9: "rope", 10: "cleat" },
      type: "groundtruth/object-detection",
      "human-annotated": "yes",
      "creation-date": "2026-11-28T12:00:00.000000",
      "job-name": "console",
    });
  });

  it("may be none, which is an answer, and may be unsaid", () => {
    const none = withBoxes(bare, [], size, stamp);
    expect([boxesOf(none), hasBoxPair(none), hasBoxPair(bare)]).toEqual([[], true, false]);
    expect(withoutBoxes(none).text).toBe('{"source-ref":"s3://b/k.png","note":1.0}');
  });

  it("of a malformed pair are refused, not thrown away", () => {
    const line = Line.read(
      '{"source-ref":"s3://b/k.png","p":{"annotations":[]},"p-metadata":{"type":"groundtruth/object-detection","class-map":{}}}',
    );
    expect(() => boxesOf(line)).toThrow(MalformedPair);
    expect(() =>
      withBoxes(line, [{ label: "a", box: { left: 0, top: 0, width: 1, height: 1 } }], size, stamp),
    ).toThrow(MalformedPair);
  });
});

describe("anomalies", () => {
  it("are judged, judged otherwise in the same pair, and unjudged", () => {
    const line = Line.read(
      '{"source-ref":"s3://b/k.png","auto":0,"auto-metadata":{"class-name":"Normal","type":"groundtruth/image-classification"}}',
    );
    expect([classOf(line), withClass(line, false, stamp)]).toEqual([false, line]);
    const other = withClass(line, true, stamp);
    expect([classOf(other), other.keys]).toEqual([true, ["source-ref", "auto", "auto-metadata"]]);
    expect(withClass(other, undefined, stamp).text).toBe('{"source-ref":"s3://b/k.png"}');
  });

  it("have one mask, which replaces any other", () => {
    const first = { ref: "s3://b/m1.png", colors: new Map([["#23a436", "rust"]]) };
    const line = withMask(bare, first, stamp);
    expect(maskOf(line)).toEqual(first);
    const second = { ref: "s3://b/m2.png", colors: new Map([["#14a3b3", "chip"]]) };
    const other = withMask(line, second, stamp);
    expect([maskOf(other), other.keys.length]).toEqual([second, line.keys.length]);
    expect(withMask(other, undefined, stamp).text).toBe('{"source-ref":"s3://b/k.png","note":1.0}');
  });
});
