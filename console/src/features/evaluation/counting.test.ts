import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readColumns, type LabelScores } from "./columns";
import {
  countsAt,
  firstOutcome,
  histogram,
  interval,
  precisionRecall,
  presetThreshold,
  rank,
  roc,
} from "./counting";

const ROW = { label: "rust", test_pictures: 0, precision: 0, recall: 0, f1: 0 };

function whole(items: readonly (readonly [number, 0 | 1])[]): LabelScores {
  return {
    number: 0,
    row: ROW,
    threshold: 0.5,
    scores: Float32Array.from(items, ([score]) => score),
    truth: Uint8Array.from(items, ([, truth]) => truth),
    at: null,
    positives: items.filter(([, truth]) => truth === 1).length,
    trueAt: null,
    trueCounts: null,
  };
}

/** Two pictures with true boxes, of which one was found twice: once right, once wrong. */
const BOXES: LabelScores = {
  ...whole([
    [0.9, 1],
    [0.4, 0],
    [0.7, 0],
  ]),
  at: Uint32Array.of(0, 0, 2),
  positives: 3,
  trueAt: Uint32Array.of(0, 1),
  trueCounts: Uint32Array.of(1, 2),
};

const items = fc.array(
  fc.tuple(
    fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
    fc.constantFrom(0 as const, 1 as const),
  ),
  { minLength: 1, maxLength: 40 },
);

function countedByHand(label: LabelScores, threshold: number) {
  const counts = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const [place, score] of label.scores.entries()) {
    const isTrue = label.truth[place] === 1;
    counts[score >= threshold ? (isTrue ? "tp" : "fp") : isTrue ? "fn" : "tn"] += 1;
  }
  return counts;
}

describe("counts", () => {
  it("are those of counting one by one, at any threshold", () => {
    fc.assert(
      fc.property(items, fc.double({ min: 0, max: 1, noNaN: true }), (list, threshold) => {
        const label = whole(list);
        expect(countsAt(rank(label), threshold)).toEqual(countedByHand(label, threshold));
      }),
    );
  });

  it("of boxes leave open how many there are that are none", () => {
    expect(countsAt(rank(BOXES), 0.5)).toEqual({ tp: 1, fp: 1, fn: 2, tn: 0 });
  });
});

describe("presets", () => {
  const costs = { missed: 100, falseAlarm: 2 };

  it("miss nothing, raise no false alarm, and cost the least, if that can be had", () => {
    fc.assert(
      fc.property(items, (list) => {
        const ranked = rank(whole(list));
        if (ranked.label.positives === 0) {
          expect(presetThreshold(ranked, "missLeast", costs)).toBeNull();
          return;
        }
        const at = (preset: "missLeast" | "noFalseAlarm" | "cheapest") =>
          countsAt(ranked, presetThreshold(ranked, preset, costs) ?? 0);
        expect(at("missLeast").fn).toBe(0);
        const cost = ({ fn, fp }: { readonly fn: number; readonly fp: number }) => 100 * fn + 2 * fp;
        for (const [score] of list) {
          expect(cost(at("cheapest"))).toBeLessThanOrEqual(cost(countsAt(ranked, Math.fround(score))));
        }
        if (Math.max(...list.map(([score]) => score)) < 1) expect(at("noFalseAlarm").fp).toBe(0);
      }),
    );
  });

  it("stand between two scores, not on one", () => {
    const ranked = rank(
      whole([
        [0.8, 1],
        [0.4, 0],
      ]),
    );
    expect(presetThreshold(ranked, "missLeast", costs)).toBeCloseTo(0.6);
  });
});

describe("curves", () => {
  const ranked = rank(
    whole([
      [0.9, 1],
      [0.6, 0],
      [0.6, 1],
      [0.1, 0],
    ]),
  );

  it("have no point between equal scores", () => {
    expect(precisionRecall(ranked)).toEqual({ x: [0.5, 1, 1], y: [1, 2 / 3, 0.5] });
    expect(roc(ranked)).toEqual({ x: [0, 0, 0.5, 1], y: [0, 0.5, 1, 1] });
  });

  it("of ROC need both kinds of pictures, and are not of boxes", () => {
    expect(roc(rank(whole([[0.5, 1]])))).toBeNull();
    expect(roc(rank(BOXES))).toBeNull();
  });

  it("count every score in one bar", () => {
    const { positive, negative } = histogram(ranked.label);
    const total = [...positive, ...negative].reduce((sum, count) => sum + count, 0);
    expect(total).toBe(4);
  });
});

it("few pictures leave a wide interval, none say nothing", () => {
  expect(interval(0, 0)).toEqual({ low: 0, high: 1 });
  const { low, high } = interval(3, 3);
  expect(low).toBeCloseTo(0.4385, 3);
  expect(high).toBe(1);
  for (let count = 1; count < 200; count += 1) {
    expect([interval(0, count).low, interval(count, count).high]).toEqual([0, 1]);
  }
});

it("the pictures that are shown first are mistakes, where there are any", () => {
  const first = (...list: readonly (readonly [number, 0 | 1])[]) => firstOutcome(rank(whole(list)));
  expect(first([0.1, 1], [0.9, 0], [0.9, 1])).toBe("fn");
  expect(first([0.9, 0], [0.9, 1])).toBe("fp");
  expect(first([0.9, 1], [0.1, 0])).toBe("tp");
  expect(first([0.1, 0])).toBe("fn");
});

describe("columns", () => {
  function packed(head: object, body: Uint8Array): ArrayBuffer {
    const text = new TextEncoder().encode(JSON.stringify(head));
    const length = Math.ceil((text.length + 4) / 8) * 8 - 4;
    const bytes = new Uint8Array(4 + length + body.length).fill(32, 4, 4 + length);
    new DataView(bytes.buffer).setUint32(0, length, true);
    bytes.set(text, 4);
    bytes.set(body, 4 + length);
    return bytes.buffer;
  }

  it("are read where the head says that they are", () => {
    const body = new Uint8Array(24);
    body[0] = 0b101;
    new Float32Array(body.buffer, 8, 3).set([0.25, 0.5, 1]);
    const head = {
      format: 1,
      figures: { task: "anomaly", pictures: 3, labels: [{ ...ROW, label: "anomaly", threshold: 0.4 }] },
      pictures: ["a", "b", "c"],
      columns: [
        { name: "truth/0", kind: "bits", offset: 0, bytes: 1 },
        { name: "scores/0", kind: "float32", offset: 8, bytes: 12 },
      ],
    };
    const columns = readColumns(packed(head, body));
    const [label] = columns.labels;
    expect([...(label?.truth ?? [])]).toEqual([1, 0, 1]);
    expect([...(label?.scores ?? [])]).toEqual([0.25, 0.5, 1]);
    expect([label?.positives, label?.threshold, label?.at]).toEqual([2, 0.4, null]);
    expect(columns.predicted).toBeNull();
  });

  it("of a later form are refused, not misread", () => {
    expect(() => readColumns(packed({ format: 2 }, new Uint8Array(0)))).toThrow("format 2");
  });
});
