import { describe, expect, it } from "vitest";
import { asColor, countColors, masksOf, needsNames, withTable } from "./masks";

const file = (path: string) => ({ path, size: 1, open: () => Promise.resolve(new Blob(["x"])) });
const chosen = (...paths: string[]) => ({ files: paths.map(file), refused: [] });

describe("colours of masks", () => {
  it("are counted by pixel, and what is transparent is none", () => {
    const pixels = new Uint8ClampedArray([255, 0, 0, 255, 255, 0, 0, 255, 0, 0, 255, 10, 1, 2, 3, 255]);
    expect([...countColors(pixels)].map(([value, count]) => [asColor(value), count])).toEqual([
      ["#ff0000", 2],
      ["#010203", 1],
    ]);
  });

  it("need names where no table lies beside them", () => {
    expect(needsNames(chosen("images/a.jpg", "masks/x/a.PNG"))).toBe(true);
    expect(needsNames(chosen("images/a.jpg", "masks/a.png", "labels.csv"))).toBe(false);
    expect(needsNames(chosen("images/masks/a.png"))).toBe(false);
    expect(masksOf(chosen("masks/a.png", "masks/a.jpg")).map(({ path }) => path)).toEqual(["masks/a.png"]);
  });

  it("become a table, with quotes where a name has some", async () => {
    const colors = [
      { color: "#000000", pixels: 9, masks: 1 },
      { color: "#ff0000", pixels: 9, masks: 1 },
    ];
    const files = withTable([file("masks/a.png")], colors, { "#ff0000": ' 3" crack, deep ' });
    expect(files.map(({ path }) => path)).toEqual(["masks/a.png", "labels.csv"]);
    const blob = await files[1]?.open();
    expect(await blob?.text()).toBe('#000000,""\n#ff0000,"3"" crack, deep"\n');
  });
});
