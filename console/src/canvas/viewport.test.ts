import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fit, keepInSight, LARGEST, pan, SMALLEST, toPicture, toScreen, zoomBy, zoomTo } from "./viewport";

const number = fc.double({ min: -5000, max: 5000, noNaN: true });
const point = fc.record({ x: number, y: number });
const view = fc.record({
  scale: fc.double({ min: SMALLEST, max: LARGEST, noNaN: true }),
  x: number,
  y: number,
});
const size = fc.record({
  width: fc.integer({ min: 1, max: 5000 }),
  height: fc.integer({ min: 1, max: 5000 }),
});

describe("the viewport", () => {
  it("leads to the screen and back", () => {
    fc.assert(
      fc.property(view, point, (v, p) => {
        const back = toPicture(v, toScreen(v, p));
        expect(back.x).toBeCloseTo(p.x, 3);
        expect(back.y).toBeCloseTo(p.y, 3);
      }),
    );
  });

  it("keeps under the cursor what was there, however it is zoomed", () => {
    fc.assert(
      fc.property(view, point, fc.double({ min: 0.1, max: 10, noNaN: true }), (v, at, factor) => {
        const before = toPicture(v, at);
        const after = toPicture(zoomBy(v, factor, at), at);
        expect(Math.abs(after.x - before.x) * v.scale).toBeLessThan(0.01);
        expect(Math.abs(after.y - before.y) * v.scale).toBeLessThan(0.01);
      }),
    );
  });

  it("stays between its bounds", () => {
    expect(zoomTo({ scale: 1, x: 0, y: 0 }, 1e9, { x: 0, y: 0 }).scale).toBe(LARGEST);
    expect(zoomTo({ scale: 1, x: 0, y: 0 }, 0, { x: 0, y: 0 }).scale).toBe(SMALLEST);
  });

  it("shows all of a picture that is fitted, in the middle", () => {
    fc.assert(
      fc.property(size, size, (picture, screen) => {
        fc.pre(screen.width > 100 && screen.height > 100);
        const v = fit(picture, screen);
        const from = toScreen(v, { x: 0, y: 0 });
        const to = toScreen(v, { x: picture.width, y: picture.height });
        expect(from.x + to.x).toBeCloseTo(screen.width, 6);
        expect(from.y + to.y).toBeCloseTo(screen.height, 6);
        expect(from.x).toBeGreaterThanOrEqual(0);
        expect(from.y).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it("never loses the picture, however far it is dragged", () => {
    fc.assert(
      fc.property(view, point, size, (v, by, picture) => {
        const screen = { width: 800, height: 600 };
        const kept = keepInSight(pan(v, by), picture, screen);
        const from = toScreen(kept, { x: 0, y: 0 });
        const to = toScreen(kept, { x: picture.width, y: picture.height });
        expect(from.x).toBeLessThan(800);
        expect(from.y).toBeLessThan(600);
        expect(to.x).toBeGreaterThan(0);
        expect(to.y).toBeGreaterThan(0);
      }),
    );
  });
});
