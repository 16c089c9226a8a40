import { describe, expect, it } from "vitest";
import { bytesOf, shapesOf } from "./shapes";

describe("a draft", () => {
  it("is boxes in pixels of the picture, each as sure as the model was", () => {
    const draft = {
      Boxes: [{ Label: "bolt", Confidence: 0.8, Left: 0.5, Top: 0.25, Width: 0.1, Height: 0.5 }],
    };
    expect(shapesOf(draft, { width: 200, height: 100 })).toEqual([
      { id: "draft-0", label: "bolt", box: { left: 100, top: 25, width: 20, height: 50 }, draft: 0.8 },
    ]);
    expect(shapesOf({}, { width: 200, height: 100 })).toEqual([]);
  });

  it("has its mask as the bytes that the server sent", () => {
    expect([...bytesOf(btoa("\u0089PNG\u0000"))]).toEqual([0x89, 0x50, 0x4e, 0x47, 0]);
  });
});
