import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LabelScores } from "./columns";
import { countsAt, rank, type OutcomeKind } from "./counting";
import { gallery, type GalleryItem } from "./galleries";

const ROW = { label: "rust", test_pictures: 0, precision: 0, recall: 0, f1: 0 };

function whole(items: readonly (readonly [number, boolean])[]): LabelScores {
  return {
    number: 0,
    row: ROW,
    threshold: 0.5,
    scores: Float32Array.from(items, ([score]) => score),
    truth: Uint8Array.from(items, ([, isTrue]) => Number(isTrue)),
    at: null,
    positives: items.filter(([, isTrue]) => isTrue).length,
    trueAt: null,
    trueCounts: null,
  };
}

interface FoundBox {
  readonly picture: number;
  readonly score: number;
  readonly isRight: boolean;
}

/** Found boxes, and how many true ones each picture has: never fewer than right ones were found. */
function boxed(found: readonly FoundBox[], more: readonly number[]): LabelScores {
  const counts = more.map(
    (count, picture) => count + found.filter((box) => box.isRight && box.picture === picture).length,
  );
  const trueAt = counts.flatMap((count, picture) => (count > 0 ? [picture] : []));
  return {
    ...whole(found.map(({ score, isRight }) => [score, isRight])),
    at: Uint32Array.from(found, ({ picture }) => picture),
    positives: counts.reduce((sum, count) => sum + count, 0),
    trueAt: Uint32Array.from(trueAt),
    trueCounts: Uint32Array.from(trueAt, (picture) => counts[picture] ?? 0),
  };
}

const PICTURES = 6;
const score = fc.integer({ min: 0, max: 20 }).map((n) => n / 20);
const items = fc.array(fc.tuple(score, fc.boolean()), { minLength: 1, maxLength: 40 });
const found = fc.array(fc.record({ picture: fc.nat({ max: PICTURES - 1 }), score, isRight: fc.boolean() }), {
  maxLength: 30,
});
const more = fc.array(fc.nat({ max: 3 }), { minLength: PICTURES, maxLength: PICTURES });
const outcome = fc.constantFrom<OutcomeKind>("tp", "fp", "fn", "tn");

/** What a person would do with the boxes on paper: each picture once, by its worst box of that outcome. */
function byHand(label: LabelScores, threshold: number, kind: OutcomeKind): Map<number, number | null> {
  const pictures = new Map<number, number | null>();
  const right = new Map<number, number>();
  for (const [item, confidence] of label.scores.entries()) {
    if (confidence < threshold) continue;
    const picture = label.at?.[item] ?? 0;
    const isRight = label.truth[item] === 1;
    if (isRight) right.set(picture, (right.get(picture) ?? 0) + 1);
    if (isRight !== (kind === "tp")) continue;
    const before = pictures.get(picture) ?? confidence;
    pictures.set(picture, kind === "tp" ? Math.min(before, confidence) : Math.max(before, confidence));
  }
  if (kind === "tn") return new Map<number, number>();
  if (kind !== "fn") return pictures;
  const lost = [...(label.trueAt ?? [])].filter(
    (picture, place) => (label.trueCounts?.[place] ?? 0) > (right.get(picture) ?? 0),
  );
  return new Map(lost.map((picture) => [picture, null]));
}

function isWorstFirst(list: readonly GalleryItem[], kind: OutcomeKind): boolean {
  const scores = list.map((item) => item.score ?? 0);
  const isDown = kind === "fp" || kind === "tn";
  return scores.every((value, place) => {
    const next = scores[place + 1] ?? value;
    return isDown ? value >= next : value <= next;
  });
}

describe("galleries of whole pictures", () => {
  it("have as many as are counted, of that outcome, the worst first; a page is the beginning of them", () => {
    fc.assert(
      fc.property(items, fc.double({ min: 0, max: 1, noNaN: true }), outcome, (list, threshold, kind) => {
        const ranked = rank(whole(list));
        const page = gallery(ranked, threshold, kind, 100);
        expect(page.total).toBe(countsAt(ranked, threshold)[kind]);
        expect(page.items).toHaveLength(page.total);
        expect(isWorstFirst(page.items, kind)).toBe(true);
        const few = gallery(ranked, threshold, kind, 3);
        expect(few).toEqual({ total: page.total, items: page.items.slice(0, 3) });
      }),
    );
  });
});

describe("galleries of boxes", () => {
  it("show the pictures that a person would find, each once, by its worst box; a page is their beginning", () => {
    fc.assert(
      fc.property(found, more, score, outcome, (boxes, counts, threshold, kind) => {
        const label = boxed(boxes, counts);
        const ranked = rank(label);
        const page = gallery(ranked, threshold, kind, 100);
        expect(page.total).toBe(page.items.length);
        expect(new Map(page.items.map((item) => [item.picture, item.score]))).toEqual(
          byHand(label, threshold, kind),
        );
        expect(isWorstFirst(page.items, kind)).toBe(true);
        expect(gallery(ranked, threshold, kind, 2)).toEqual({
          total: page.total,
          items: page.items.slice(0, 2),
        });
      }),
    );
  });

  it("show those with the most that were missed first", () => {
    const ranked = rank(boxed([{ picture: 2, score: 0.9, isRight: true }], [1, 3, 1, 0, 0, 0]));
    const pictures = (threshold: number) =>
      gallery(ranked, threshold, "fn", 9).items.map((item) => item.picture);
    expect(pictures(0.5)).toEqual([1, 0, 2]);
    expect(pictures(0.95)).toEqual([1, 2, 0]);
  });
});
