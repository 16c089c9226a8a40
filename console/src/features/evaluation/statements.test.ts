import { expect, it } from "vitest";
import type { EvaluationColumns } from "./columns";
import { labelsToExplain, statementsOf } from "./statements";

const anomaly = { row: { label: "anomaly" }, scores: Float32Array.of(0.75), truth: Uint8Array.of(1) };
const columnsOf = (task: string) =>
  ({ figures: { task }, labels: [anomaly] }) as unknown as EvaluationColumns;

it("types that were drawn or found stand with both areas, and those that were missed last", () => {
  const image = {
    Overlaps: [
      { Label: "scratch", IoU: 0.5, TrueArea: 0.02, FoundArea: 0.01 },
      { Label: "dent", IoU: 0, TrueArea: 0.1, FoundArea: 0 },
    ],
    Findings: [{ Label: "scratch", Confidence: 0.9, Area: 0.011 }],
  };
  expect(statementsOf(columnsOf("segmentation"), 0, image)).toEqual([
    { name: "scratch", score: 0.9, overlap: 0.5, trueArea: 0.02, area: 0.01 },
    { name: "anomaly", score: 0.75, overlap: undefined, trueArea: undefined, area: undefined },
    { name: "dent", score: undefined, overlap: 0, trueArea: 0.1, area: 0 },
  ]);
});

it("an evaluation of an earlier release tells the area that was found", () => {
  const image = {
    Overlaps: [{ Label: "dent", IoU: 0.5 }],
    Findings: [{ Label: "dent", Confidence: 0.9, Area: 0.1 }],
  };
  const [dent] = statementsOf(columnsOf("segmentation"), 0, image);
  expect([dent?.trueArea, dent?.area]).toEqual([undefined, 0.1]);
});

it("no map is asked for of a label that has no name", () => {
  expect(labelsToExplain(columnsOf("multilabel"), 0, undefined, "")).toEqual(["anomaly"]);
  expect(labelsToExplain(columnsOf("segmentation"), 0, undefined, "x")).toEqual([]);
});
