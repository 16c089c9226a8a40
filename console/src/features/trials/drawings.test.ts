import { expect, it } from "vitest";
import { boxesOf, correctedBoxesOf, correctedMaskOf, shownOnCard } from "./drawings";

const line = JSON.stringify({
  "source-ref": "s3://b/1.jpg",
  box: {
    image_size: [{ width: 200, height: 100, depth: 3 }],
    annotations: [{ class_id: 0, left: 20, top: 30, width: 40, height: 50 }],
  },
  "box-metadata": {
    "class-map": { "0": "bolt" },
    objects: [{ confidence: 1 }],
    type: "groundtruth/object-detection",
    "human-annotated": "yes",
    "creation-date": "2026-11-28T10:00:00",
  },
});

it("what a person drew is shown beside what the model found", () => {
  const picture = {
    Boxes: [{ Label: "bolt", Left: 0.1, Top: 0.1, Width: 0.1, Height: 0.1 }],
    Verdict: "corrected",
    VerifiedLine: line,
  } as const;
  expect(boxesOf(picture).map(({ kind, Left }) => [kind, Left])).toEqual([["model", 0.1]]);
  expect(correctedBoxesOf(picture)).toEqual([
    { Left: 0.1, Top: 0.3, Width: 0.2, Height: 0.5, kind: "person" },
  ]);
});

it("a card shows what would go into the dataset: a correction in the place of the guess", () => {
  expect(shownOnCard({ Verdict: "corrected", VerifiedLine: line })).toEqual({ model: false, person: true });
  for (const Verdict of ["none", "correct", "incorrect"] as const) {
    expect(shownOnCard({ Verdict, VerifiedLine: line })).toEqual({ model: true, person: false });
  }
});

it("who only agreed drew nothing", () => {
  expect(correctedBoxesOf({ Verdict: "correct", VerifiedLine: line })).toEqual([]);
  expect(correctedMaskOf({ Verdict: "corrected", VerifiedLine: "" })).toBeUndefined();
});
