/** What a training came to in one sentence, as its parts: which sentence, and the numbers in it. */
import type { Own } from "../../api";
import { taskOf } from "./tasks";

type Report = Own.GetTrainingReportResponse;
type Row = Own.TrainingLabelReport;

export interface Sentence {
  readonly kind: "none" | "classification" | "multilabel" | "detection" | "anomaly";
  readonly correct: number;
  readonly count: number;
  readonly wrong: number;
  readonly normal: number;
}

export interface Weakest {
  readonly label: string;
  readonly correct: number;
  readonly count: number;
}

/** Below this one mistake more or less moves the figures by several points. */
const FEW = 20;

function sum(rows: readonly Row[], part: (row: Row) => number | undefined): number {
  return rows.reduce((total, row) => total + (part(row) ?? 0), 0);
}

export function sentenceOf(report: Report): Sentence {
  const task = taskOf(report.Task);
  const rows = report.Labels ?? [];
  if (!isTested(report)) return { kind: "none", correct: 0, count: 0, wrong: 0, normal: 0 };
  if (task === "classification" || task === "multilabel") {
    return { kind: task, correct: report.Correct ?? 0, count: report.TestImages ?? 0, wrong: 0, normal: 0 };
  }
  // Types have figures on pixels alone; pictures are counted by the row of the anomaly itself.
  const counted = rows.filter((row) => row.TruePositives !== undefined);
  const correct = sum(counted, (row) => row.TruePositives);
  const wrong = sum(counted, (row) => row.FalsePositives);
  return {
    kind: task === "detection" ? "detection" : "anomaly",
    correct,
    count: correct + sum(counted, (row) => row.FalseNegatives),
    wrong,
    normal: wrong + sum(counted, (row) => row.TrueNegatives),
  };
}

/** The label that is found worst, where there are several and one is not always found. */
export function weakestOf(report: Report): Weakest | null {
  const rows = (report.Labels ?? []).filter(
    (row) => row.TruePositives !== undefined && (row.TestImages ?? 0) > 0,
  );
  if (rows.length < 2) return null;
  const counts = rows.map(({ Label = "", TruePositives = 0, FalseNegatives = 0 }) => ({
    label: Label,
    correct: TruePositives,
    count: TruePositives + FalseNegatives,
  }));
  const [worst] = counts.sort((a, b) => a.correct * b.count - b.correct * a.count || b.count - a.count);
  return worst === undefined || worst.correct === worst.count ? null : worst;
}

/** Whether any picture tested the version: without one there is no figure, and no label is special. */
export function isTested(report: Report): boolean {
  return (report.TestImages ?? 0) > 0;
}

export function untestedOf(report: Report): string[] {
  if (!isTested(report)) return [];
  return (report.Labels ?? []).filter((row) => row.TestImages === 0).map((row) => row.Label ?? "");
}

export function isFew(report: Report): boolean {
  return isTested(report) && (report.TestImages ?? 0) < FEW;
}
