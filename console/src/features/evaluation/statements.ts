/** What is said of one test picture: by the model, the surest first, and by the person. Knows no page. */
import type { EvaluationColumns } from "./columns";
import type { EvaluationImage } from "./images";

export interface Statement {
  readonly name: string;
  /** None of a type that was drawn and not found. */
  readonly score: number | undefined;
  readonly overlap: number | undefined;
  /** Shares of the picture: as drawn, and as found. */
  readonly trueArea: number | undefined;
  readonly area: number | undefined;
}

/** As many as a person reads. */
const MOST_ROWS = 12;
/** As many labels are explained at once, at most (`GetHeatMap`). */
const MOST_MAPS = 5;

const NOTHING = { score: undefined, overlap: undefined, trueArea: undefined, area: undefined };

export function statementsOf(
  columns: EvaluationColumns,
  number: number,
  image: EvaluationImage | undefined,
): Statement[] {
  const { task } = columns.figures;
  const whole = task === "detection" ? [] : wholeOf(columns, number);
  const parts = task === "detection" ? boxesIn(image) : task === "segmentation" ? typesIn(image) : [];
  return [...whole, ...parts]
    .sort((one, other) => (other.score ?? -1) - (one.score ?? -1))
    .slice(0, MOST_ROWS);
}

function wholeOf(columns: EvaluationColumns, number: number): Statement[] {
  return columns.labels.map((label) => ({
    ...NOTHING,
    name: label.row.label,
    score: label.scores[number] ?? 0,
  }));
}

function boxesIn(image: EvaluationImage | undefined): Statement[] {
  return (image?.Findings ?? []).map(({ Label = "", Confidence, IoU }) => ({
    ...NOTHING,
    name: Label,
    score: Confidence ?? 0,
    overlap: IoU,
  }));
}

/** Types that were found or drawn; an evaluation of an earlier release knows the area of those found alone. */
function typesIn(image: EvaluationImage | undefined): Statement[] {
  const rows = new Map<string, Statement>();
  for (const { Label = "", IoU, TrueArea, FoundArea } of image?.Overlaps ?? []) {
    rows.set(Label, { ...NOTHING, name: Label, overlap: IoU, trueArea: TrueArea, area: FoundArea });
  }
  for (const { Label = "", Confidence, Area } of image?.Findings ?? []) {
    const row = rows.get(Label) ?? { ...NOTHING, name: Label };
    rows.set(Label, { ...row, score: Confidence ?? 0, area: row.area ?? Area });
  }
  return [...rows.values()];
}

/** The label one is at and what is true, found or not. An anomaly has one map, whatever its types. */
export function labelsToExplain(
  columns: EvaluationColumns,
  number: number,
  image: EvaluationImage | undefined,
  label: string,
): string[] {
  const { task } = columns.figures;
  if (task === "anomaly" || task === "segmentation") return [];
  const names = new Set([label, ...trueNamesOf(columns, number, image)].filter((name) => name !== ""));
  return [...names].slice(0, MOST_MAPS);
}

export function trueNamesOf(
  columns: EvaluationColumns,
  number: number,
  image: EvaluationImage | undefined,
): string[] {
  return columns.figures.task === "detection"
    ? [...new Set((image?.TrueBoxes ?? []).map(({ Label }) => Label ?? ""))]
    : columns.labels.filter((label) => label.truth[number] === 1).map(({ row }) => row.label);
}
