import { describe, expect, it } from "vitest";
import { heatColor, paintHeat } from "./heatRamp";

function lightness([red, green, blue]: readonly [number, number, number, number]): number {
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("the colours of a heat map", () => {
  it("grow lighter with every step, so that no hue has to be told apart", () => {
    const steps = Array.from({ length: 101 }, (_, step) => lightness(heatColor(step / 100)));
    for (let at = 1; at < steps.length; at++) {
      expect(steps[at]).toBeGreaterThanOrEqual((steps[at - 1] ?? 0) - 0.5);
    }
    expect((steps[100] ?? 0) - (steps[0] ?? 0)).toBeGreaterThan(150);
  });

  it("leave the picture as it is where there is nothing to see", () => {
    expect(heatColor(0)[3]).toBe(0);
    expect(heatColor(1)).toEqual([254, 232, 56, 255]);
  });

  it("take what is no number for nothing, and what is too much for all", () => {
    expect(heatColor(Number.NaN)).toEqual(heatColor(0));
    expect(heatColor(7)).toEqual(heatColor(1));
    expect(heatColor(-1)).toEqual(heatColor(0));
  });

  it("are painted over grey pixels in place", () => {
    const pixels = new Uint8ClampedArray([0, 0, 0, 255, 255, 255, 255, 255]);
    paintHeat(pixels);
    expect([...pixels]).toEqual([...heatColor(0), ...heatColor(1)]);
  });
});
