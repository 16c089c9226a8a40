import { expect, it } from "vitest";
import { folderOf, slicesBy } from "./slices";

const HASH = "ab".repeat(32);

it("folders are those that people made, below the bucket", () => {
  expect(folderOf("s3://line/day/left/1.jpg")).toBe("line/day/left");
  expect(folderOf(`s3://line/uploads/${HASH}/1.jpg`)).toBe("line/uploads");
});

it("a group is weak only where even its best lies below all pictures", () => {
  // Of 60 pictures: 50 in one folder, all right; 7 and 3 in two others, all wrong.
  const correct = Uint8Array.from({ length: 60 }, (_, picture) => (picture < 50 ? 1 : 0));
  const names = (picture: number) => (picture < 50 ? "good" : picture < 57 ? "bad" : "few");
  const slices = slicesBy(60, correct, names);
  expect(slices.map(({ name, isWeak }) => [name, isWeak])).toEqual([
    ["bad", true],
    ["few", false],
    ["good", false],
  ]);
  expect(slices[0]?.wrong).toEqual([50, 51, 52, 53, 54, 55, 56]);
});
