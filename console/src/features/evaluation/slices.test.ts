import { expect, it } from "vitest";
import { groupersOf, slicesBy } from "./slices";

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

it("a group without a mistake is not weak, however many it is counted from", () => {
  for (let count = 5; count < 200; count += 1) {
    const [slice] = slicesBy(count, new Uint8Array(count).fill(1), () => "all");
    expect([count, slice?.isWeak]).toEqual([count, false]);
  }
});

it("pictures are told apart by what is known of them, and by nothing else", () => {
  const folders = { Images: 3, Folders: ["b", "b/left"], FolderNumbers: [1, 0, 1] };
  expect([...groupersOf(undefined).keys()]).toEqual([]);
  expect([...groupersOf(folders).keys()]).toEqual(["folder"]);
  const groupers = groupersOf({
    ...folders,
    Widths: [512, 300, 0],
    Heights: [100, 513, 0],
    Brightness: [0.199, 1, -1],
    Taken: ["2026-11-27T10:00:00", "2026-11-28T10:00:00", ""],
    Cameras: ["Basler ace"],
    CameraNumbers: [0, -1, 0],
  });
  const names = (trait: Parameters<typeof groupers.get>[0]) =>
    [0, 1, 2].map((picture) => groupers.get(trait)?.(picture) ?? null);
  const text = (words: string) => ({ kind: "text", text: words });
  expect(names("folder")).toEqual([text("b/left"), text("b"), text("b/left")]);
  expect(names("size")).toEqual([
    { kind: "side", from: 257, to: 512 },
    { kind: "side", from: 513, to: 1024 },
    null,
  ]);
  expect(names("brightness")).toEqual([
    { kind: "brightness", from: 0, to: 0.2 },
    { kind: "brightness", from: 0.8, to: 1 },
    null,
  ]);
  expect(names("date")).toEqual([text("2026-11-27"), text("2026-11-28"), null]);
  expect(names("camera")).toEqual([text("Basler ace"), null, text("Basler ace")]);
});

it("many days are grouped by month", () => {
  const taken = Array.from({ length: 40 }, (_, day) =>
    new Date(Date.UTC(2026, 0, 1 + day, 9)).toISOString().slice(0, 19),
  );
  const facts = { Images: 40, Folders: [], FolderNumbers: [], Taken: taken };
  const date = groupersOf(facts).get("date");
  expect([date?.(0), date?.(39)]).toEqual([
    { kind: "text", text: "2026-01" },
    { kind: "text", text: "2026-02" },
  ]);
});
