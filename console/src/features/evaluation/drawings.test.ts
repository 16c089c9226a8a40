import { expect, it } from "vitest";
import { boxesOf, masksOf } from "./drawings";

const place = { Left: 0, Top: 0, Width: 0.5, Height: 0.5 };
const image = {
  TrueBoxes: [
    { ...place, Label: "bolt" },
    { ...place, Label: "nut" },
  ],
  Findings: [
    { ...place, Label: "bolt", Confidence: 0.9, Outcome: "tp" },
    { ...place, Label: "bolt", Confidence: 0.6, Outcome: "fp" },
    { ...place, Label: "bolt", Confidence: 0.2, Outcome: "fn" },
    { Label: "bolt", Confidence: 0.9 },
  ],
  TrueMask: { SourceRef: "s3://b/true.png" },
  FoundMask: { SourceRef: "s3://b/found mask.png" },
} as const;
const both = { view: "both", model: true, person: true } as const;
const kindsOf = (...args: Parameters<typeof boxesOf>) => boxesOf(...args).map(({ kind }) => kind);

it("boxes are those of the label that reach its threshold, and those of the person always", () => {
  expect(kindsOf(image, "bolt", 0.5, both)).toEqual(["person", "right", "wrong"]);
  expect(kindsOf(image, "bolt", 0.1, both)).toEqual(["person", "right", "wrong", "right"]);
  expect(kindsOf(image, "", 0.95, both)).toEqual(["person", "person"]);
});

it("whose layer is hidden is not drawn", () => {
  expect(kindsOf(image, "bolt", 0.5, { ...both, person: false })).toEqual(["right", "wrong"]);
  expect(kindsOf(image, "bolt", 0.5, { ...both, model: false })).toEqual(["person"]);
  expect(masksOf(image, { ...both, model: false }).map(({ kind }) => kind)).toEqual(["person"]);
});

it("masks come small, by their address, and without their background", () => {
  expect(masksOf(image, both, 256)[1]).toEqual({
    kind: "model",
    url: "/console/api/thumbnail?source=s3%3A%2F%2Fb%2Ffound+mask.png&side=256&layer=mask",
  });
  expect(masksOf(undefined, both)).toEqual([]);
});
