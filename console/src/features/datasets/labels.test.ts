// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { joinLabels, withClasses } from "./labels";

describe("the labels of a project", () => {
  it("have the same keys whichever dataset they are counted in", () => {
    const counts = (...names: string[]) => names.map((Name) => ({ Name, Pictures: 1 }));
    const keys = (labels: readonly { name: string; key: string }[]) =>
      labels.map((label) => [label.name, label.key]);
    expect(keys(joinLabels([], counts("nut", "bolt")))).toEqual(keys(joinLabels([], counts("bolt", "nut"))));
  });

  it("never share a key with a class of Lookout for Vision", () => {
    const labels = withClasses(
      joinLabels([], [{ Name: "rust" }, { Name: "scratch" }, { Name: "stain" }]),
      3,
      4,
    );
    expect(labels.map(({ name, key, pictures }) => [name, key, pictures])).toEqual([
      ["normal", "1", 3],
      ["anomaly", "2", 4],
      ["rust", "", 0],
      ["scratch", "", 0],
      ["stain", "3", 0],
    ]);
  });
});
