import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyTiles, Mask, MaskEdit, type Operation, type Span } from "./mask";

const size = { width: 150, height: 131 };

const spans = fc.array(
  fc.record({
    y: fc.integer({ min: -3, max: 135 }),
    from: fc.integer({ min: -9, max: 155 }),
    to: fc.integer({ min: -9, max: 160 }),
  }),
  { maxLength: 40 },
);
const operations = fc.constantFrom<Operation>("add", "remove", "flip");
const strokes = fc.array(fc.tuple(spans, operations), { maxLength: 6 });

/** The same, done in the plainest way: a set of pixels. */
function paintPlainly(pixels: Set<number>, { y, from, to }: Span, operation: Operation): void {
  for (let x = Math.max(0, from); x < Math.min(size.width, to); x += 1) {
    const pixel = y * size.width + x;
    if (y < 0 || y >= size.height) {
      continue;
    }
    if (operation === "add" || (operation === "flip" && !pixels.has(pixel))) {
      pixels.add(pixel);
    } else {
      pixels.delete(pixel);
    }
  }
}

function pixelsOf(mask: Mask): number[] {
  return [...mask.spans()].flatMap(({ y, from, to }) =>
    Array.from({ length: to - from }, (_, step) => y * size.width + from + step),
  );
}

describe("a mask", () => {
  it("holds exactly the pixels that were painted, whatever was painted over what", () => {
    fc.assert(
      fc.property(strokes, (all) => {
        const mask = new Mask(size);
        const plain = new Set<number>();
        for (const [runs, operation] of all) {
          const edit = new MaskEdit(mask);
          for (const run of runs) {
            edit.apply(run, operation);
            paintPlainly(plain, run, operation);
          }
          edit.finish();
        }
        expect(pixelsOf(mask)).toEqual([...plain].sort((a, b) => a - b));
        expect(mask.count()).toBe(plain.size);
        expect(mask.isEmpty).toBe(plain.size === 0);
      }),
    );
  });

  it("goes back and forth through its changes without losing a pixel", () => {
    fc.assert(
      fc.property(strokes, (all) => {
        const mask = new Mask(size);
        const states = [pixelsOf(mask)];
        const changes = all.map(([runs, operation]) => {
          const edit = new MaskEdit(mask);
          edit.applyAll(runs, operation);
          const change = edit.finish();
          states.push(pixelsOf(mask));
          return change;
        });
        for (const [place, change] of [...changes.entries()].reverse()) {
          applyTiles(mask, change, "before");
          expect(pixelsOf(mask)).toEqual(states[place]);
        }
        for (const [place, change] of changes.entries()) {
          applyTiles(mask, change, "after");
          expect(pixelsOf(mask)).toEqual(states[place + 1]);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("is as it was when an edit is taken back", () => {
    fc.assert(
      fc.property(spans, operations, spans, (first, operation, second) => {
        const mask = new Mask(size);
        const edit = new MaskEdit(mask);
        edit.applyAll(first, "add");
        edit.finish();
        const before = pixelsOf(mask);
        const other = new MaskEdit(mask);
        other.applyAll(second, operation);
        other.revert();
        expect(pixelsOf(mask)).toEqual(before);
      }),
    );
  });

  it("keeps half a kilobyte a changed tile for a step of a large picture", () => {
    const mask = new Mask({ width: 4096, height: 4096 });
    const edit = new MaskEdit(mask);
    edit.apply({ y: 70, from: 60, to: 200 }, "add");
    const changes = edit.finish();
    expect(changes).toHaveLength(4);
    expect(changes.every(({ before, after }) => before === undefined && after?.byteLength === 512)).toBe(
      true,
    );
  });

  it("names its bounds, and none where it is empty", () => {
    const mask = new Mask(size);
    expect(mask.bounds()).toBeUndefined();
    const edit = new MaskEdit(mask);
    edit.apply({ y: 64, from: 63, to: 129 }, "add");
    edit.apply({ y: 70, from: 10, to: 11 }, "add");
    edit.finish();
    expect(mask.bounds()).toEqual({ left: 10, top: 64, width: 119, height: 7 });
    expect([mask.has(63, 64), mask.has(129, 64), mask.has(-1, 64), mask.has(10, 70)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });
});
