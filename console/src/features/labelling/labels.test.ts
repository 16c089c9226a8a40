import { expect, it } from "vitest";
import { labelsOfProject, PALETTE, searchLabels } from "./labels";

it("keeps what was decided, and gives colours and digits to the rest", () => {
  const decided = [
    { name: "rust", color: "#14A3B3", key: "1" },
    { name: "chip", color: "", key: "" },
  ];
  expect(labelsOfProject(decided, ["rust", "weld", "arc"])).toEqual([
    { name: "rust", color: "#14A3B3", key: "1", isDecided: true },
    { name: "chip", color: "#23A436", key: "2", isDecided: true },
    { name: "arc", color: "#F76902", key: "3", isDecided: false },
    { name: "weld", color: "#9380FF", key: "4", isDecided: false },
  ]);
});

it("gives 250 labels a colour each, and nine of them a digit", () => {
  const labels = labelsOfProject(
    [],
    Array.from({ length: 250 }, (_, place) => `label ${String(place)}`),
  );
  expect(labels.every(({ color }) => /^#[0-9A-F]{6}$/.test(color))).toBe(true);
  expect(labels.filter(({ key }) => key !== "")).toHaveLength(9);
  expect(new Set(labels.slice(0, 20).map(({ color }) => color)).size).toBe(PALETTE.length);
});

it("finds labels by what is typed, those that begin with it first", () => {
  const labels = labelsOfProject([], ["dark rust", "Rust", "chip"]);
  expect(searchLabels(labels, " ru ").map(({ name }) => name)).toEqual(["Rust", "dark rust"]);
});
