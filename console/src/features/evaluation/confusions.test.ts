import { expect, it } from "vitest";
import type { EvaluationColumns, LabelScores } from "./columns";
import { confusions } from "./confusions";
import { rank } from "./counting";

/** Three pictures: a and b, a alone, none. */
const TRUTH = [
  [1, 1, 0],
  [1, 0, 0],
];
const SCORES = [
  [0.9, 0.4, 0.1],
  [0.8, 0.7, 0.6],
];

function label(number: number): LabelScores {
  const truth = Uint8Array.from(TRUTH[number] ?? []);
  const positives = truth.reduce((total, flag) => total + flag, 0);
  const row = { label: String(number), test_pictures: positives, precision: 0, recall: 0, f1: 0 };
  const scores = Float32Array.from(SCORES[number] ?? []);
  return { number, row, threshold: 0.5, scores, truth, at: null, positives, trueAt: null, trueCounts: null };
}

const columns = { figures: { task: "multilabel" } } as unknown as EvaluationColumns;

it("what is called together with what is true follows the thresholds, there and back", () => {
  const ranked = [rank(label(0)), rank(label(1))];
  const cells = (...thresholds: number[]) => {
    const table = confusions(columns, ranked, thresholds);
    return [0, 1].map((truth) => [0, 1].map((predicted) => table?.count(truth, predicted)));
  };
  const usual = [
    [1, 2],
    [1, 1],
  ];
  expect(cells(0.5, 0.5)).toEqual(usual);
  expect(cells(0.3, 0.5)).toEqual([
    [2, 2],
    [1, 1],
  ]);
  expect(cells(0.3, 0.95)).toEqual([
    [2, 0],
    [1, 0],
  ]);
  expect(cells(0.5, 0.5)).toEqual(usual);
  expect(confusions(columns, ranked, [0.5, 0.5])?.picturesOf("0 1", 9)).toEqual([0, 1]);
});
