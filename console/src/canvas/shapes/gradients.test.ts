import { describe, expect, it } from "vitest";
import type { Pixels } from "../mask/flood";
import { gradientEdges } from "./gradients";

function picture(size: number, grey: (x: number, y: number) => number): Pixels {
  const data = new Uint8ClampedArray(size * size * 4);
  for (let place = 0; place < size * size; place += 1) {
    data.fill(grey(place % size, Math.floor(place / size)), place * 4, place * 4 + 4);
  }
  return { width: size, height: size, data };
}

describe("edges inside the picture", () => {
  it("attract where the brightness steps, in pixels of the picture", () => {
    const corner = picture(16, (x, y) => (x >= 6 && y >= 11 ? 200 : 40));
    expect(gradientEdges({ pixels: corner, left: 100, top: 50, step: 2 })).toEqual({ xs: [112], ys: [72] });
  });

  it("are none in an even picture, in a shade and in stripes", () => {
    const none = { xs: [], ys: [] };
    const at = (pixels: Pixels) => gradientEdges({ pixels, left: 0, top: 0, step: 1 });
    expect(at(picture(16, () => 90))).toEqual(none);
    expect(at(picture(16, (x, y) => 3 * x + 2 * y))).toEqual(none);
    expect(at(picture(16, (x) => (x % 2) * 255))).toEqual(none);
  });
});
