import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { brushSpans, ellipseSpans, polygonSpans, rectangleSpans } from "./fills";
import { floodSpans } from "./flood";
import { Mask, MaskEdit, type Span } from "./mask";
import { boxesOfMask, regionAt, regionsOf } from "./regions";

const coordinate = fc.double({ min: -20, max: 120, noNaN: true });
const point = fc.record({ x: coordinate, y: coordinate });
const box = fc.record({
  left: coordinate,
  top: coordinate,
  width: fc.double({ min: 0, max: 80, noNaN: true }),
  height: fc.double({ min: 0, max: 80, noNaN: true }),
});

const side = fc.double({ min: 4, max: 80, noNaN: true });

function middles(spans: Iterable<Span>): { x: number; y: number }[] {
  return [...spans].flatMap(({ y, from, to }) =>
    Array.from({ length: to - from }, (_, step) => ({ x: from + step + 0.5, y: y + 0.5 })),
  );
}

function maskOf(spans: Iterable<Span>, size = { width: 100, height: 100 }): Mask {
  const edit = new MaskEdit(new Mask(size));
  edit.applyAll(spans, "add");
  edit.finish();
  return edit.mask;
}

describe("what tools fill", () => {
  it("is, for a rectangle, every pixel whose middle lies in it", () => {
    fc.assert(
      fc.property(box, ({ left, top, width, height }) => {
        const pixels = middles(rectangleSpans({ left, top, width, height }));
        expect(
          pixels.every(({ x, y }) => x >= left && x <= left + width && y >= top && y <= top + height),
        ).toBe(true);
        expect(Math.abs(pixels.length - width * height)).toBeLessThanOrEqual(width + height + 1);
      }),
    );
  });

  it("is, for an ellipse, no pixel outside of it, and about its area", () => {
    fc.assert(
      fc.property(point, side, side, ({ x: left, y: top }, width, height) => {
        const pixels = middles(ellipseSpans({ left, top, width, height }));
        const radius = ({ x, y }: { x: number; y: number }): number =>
          ((x - left - width / 2) / (width / 2)) ** 2 + ((y - top - height / 2) / (height / 2)) ** 2;
        expect(pixels.every((pixel) => radius(pixel) <= 1 + 1e-9)).toBe(true);
        expect(Math.abs(pixels.length - (Math.PI * width * height) / 4)).toBeLessThanOrEqual(
          2 * (width + height),
        );
      }),
    );
  });

  it("is, for a polygon along a rectangle, what the rectangle fills", () => {
    fc.assert(
      fc.property(box, ({ left, top, width, height }) => {
        const right = left + width;
        const bottom = top + height;
        const corners = [
          { x: left, y: top },
          { x: right, y: top },
          { x: right, y: bottom },
          { x: left, y: bottom },
        ];
        expect([...polygonSpans(corners)]).toEqual([...rectangleSpans({ left, top, width, height })]);
      }),
    );
  });

  it("is, for a polygon with a bite, only what is inside", () => {
    const bitten = [
      { x: 0, y: 0 },
      { x: 10, y: 0 },
      { x: 10, y: 10 },
      { x: 5, y: 5 },
      { x: 0, y: 10 },
    ];
    expect(maskOf(polygonSpans(bitten)).count()).toBe(75);
  });

  it("is, for a brush, every pixel near its way and no other", () => {
    fc.assert(
      fc.property(point, point, fc.double({ min: 1, max: 20, noNaN: true }), (from, to, radius) => {
        const distance = (x: number, y: number): number => {
          const [dx, dy] = [to.x - from.x, to.y - from.y];
          const square = dx * dx + dy * dy;
          const along =
            square === 0 ? 0 : Math.min(1, Math.max(0, ((x - from.x) * dx + (y - from.y) * dy) / square));
          return Math.hypot(x - from.x - along * dx, y - from.y - along * dy);
        };
        const painted = new Set(
          middles(brushSpans(from, to, radius)).map(({ x, y }) => `${String(x)},${String(y)}`),
        );
        const wrong: string[] = [];
        for (let y = -10; y < 110; y += 1) {
          for (let x = -10; x < 110; x += 1) {
            const far = distance(x + 0.5, y + 0.5);
            const isPainted = painted.has(`${String(x + 0.5)},${String(y + 0.5)}`);
            // Within a millionth of the rim the two computations may differ.
            if (Math.abs(far - radius) > 1e-6 && isPainted !== far < radius) {
              wrong.push(`${String(x)},${String(y)}`);
            }
          }
        }
        expect(wrong).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  it("paints at least a pixel, however thin the brush", () => {
    fc.assert(
      fc.property(point, (at) => {
        expect([...brushSpans(at, at, 0.1)].length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("the flood", () => {
  const width = 9;
  const rows = [".........", ".##...##.", ".##...##.", "..#####..", "........."];
  const data = new Uint8Array(
    rows
      .join("")
      .split("")
      .flatMap((pixel) => (pixel === "#" ? [200, 100, 50, 255] : [10, 10, 10, 255])),
  );
  const pixels = { width, height: rows.length, data };

  it("takes what hangs together and looks alike, and nothing else", () => {
    const mask = maskOf(floodSpans(pixels, { x: 1.5, y: 1.5 }, 10), pixels);
    const drawn = rows.map((row, y) =>
      Array.from(row)
        .map((_, x) => (mask.has(x, y) ? "#" : "."))
        .join(""),
    );
    expect(drawn).toEqual(rows);
  });

  it("takes the whole picture where the tolerance spans it, and nothing from outside", () => {
    expect(maskOf(floodSpans(pixels, { x: 0, y: 0 }, 255), pixels).count()).toBe(width * rows.length);
    expect(floodSpans(pixels, { x: -1, y: 0 }, 255)).toEqual([]);
  });

  it("hands out no pixel twice", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 400, maxLength: 400 }),
        fc.integer({ min: 0, max: 255 }),
        (grey, tolerance) => {
          const all = middles(
            floodSpans({ width: 20, height: 20, data: spread(grey) }, { x: 10, y: 10 }, tolerance),
          );
          expect(new Set(all.map(({ x, y }) => y * 20 + x)).size).toBe(all.length);
        },
      ),
      { numRuns: 50 },
    );
  });
});

function spread(grey: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: grey.length * 4 }, (_, place) => grey[place >> 2] ?? 0);
}

describe("the pieces of a mask", () => {
  it("are told apart, joined by corners, and named by boxes", () => {
    const mask = maskOf([
      { y: 0, from: 0, to: 2 },
      { y: 1, from: 2, to: 4 },
      { y: 5, from: 0, to: 9 },
      { y: 6, from: 0, to: 1 },
      { y: 6, from: 8, to: 9 },
      { y: 9, from: 50, to: 51 },
    ]);
    expect(boxesOfMask(mask)).toEqual([
      { left: 0, top: 0, width: 4, height: 2 },
      { left: 0, top: 5, width: 9, height: 2 },
      { left: 50, top: 9, width: 1, height: 1 },
    ]);
    expect(boxesOfMask(mask, 2)).toHaveLength(2);
    expect(regionAt(mask, 8, 6)?.box).toEqual({ left: 0, top: 5, width: 9, height: 2 });
    expect(regionAt(mask, 30, 30)).toBeUndefined();
  });

  it("together are the mask, each pixel once", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ y: fc.nat(30), from: fc.nat(40), to: fc.nat(60) }), { maxLength: 60 }),
        (runs) => {
          const mask = maskOf(runs);
          const regions = regionsOf(mask);
          const all = regions.flatMap((region) => middles(region.spans));
          expect(all).toHaveLength(mask.count());
          // No two pieces touch: a pixel's neighbours are of its own piece.
          const piece = new Map(
            regions.flatMap((region, number) =>
              middles(region.spans).map(({ x, y }) => [`${String(x)},${String(y)}`, number] as const),
            ),
          );
          for (const [key, number] of piece) {
            const [x, y] = key.split(",").map(Number);
            for (const [dx, dy] of [
              [1, 0],
              [1, 1],
              [0, 1],
              [-1, 1],
            ] as const) {
              const neighbour = piece.get(`${String((x ?? 0) + dx)},${String((y ?? 0) + dy)}`);
              expect(neighbour ?? number).toBe(number);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
