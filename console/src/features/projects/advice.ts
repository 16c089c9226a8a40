/** What is wrong with the counts of a dataset's labels, as facts that the page puts into words. */
import type { DatasetFacts } from "../../api";

export type Advice =
  | { readonly kind: "few"; readonly labels: readonly string[] }
  | { readonly kind: "uneven"; readonly most: string; readonly least: string; readonly times: number }
  | { readonly kind: "broken"; readonly count: number }
  | { readonly kind: "unlabelled"; readonly count: number }
  | { readonly kind: "single" };

/** The guide asks for ten pictures a label; with fewer, its figures are chance. */
const FEW = 10;
/** Beyond five to one the rarer label is mostly missed; our own choice, and only a hint. */
const UNEVEN = 5;

export function adviceOf(dataset: DatasetFacts): Advice[] {
  const used = dataset.labels.filter((label) => label.pictures > 0);
  const advice: Advice[] = [];
  if (dataset.broken > 0) advice.push({ kind: "broken", count: dataset.broken });
  const missing = dataset.pictures - dataset.labelled;
  if (missing > 0) advice.push({ kind: "unlabelled", count: missing });
  if (dataset.labelled > 0 && used.length === 1) advice.push({ kind: "single" });
  const few = used.filter((label) => label.pictures < FEW).sort((a, b) => a.pictures - b.pictures);
  if (few.length > 0 && dataset.type === "train") {
    advice.push({ kind: "few", labels: few.map((label) => label.name) });
  }
  return [...advice, ...unevenness(used)];
}

function unevenness(labels: DatasetFacts["labels"]): Advice[] {
  const sorted = [...labels].sort((a, b) => b.pictures - a.pictures);
  const [most, least] = [sorted[0], sorted.at(-1)];
  if (most === undefined || least === undefined || most.pictures < UNEVEN * least.pictures) return [];
  const times = Math.round(most.pictures / least.pictures);
  return [{ kind: "uneven", most: most.name, least: least.name, times }];
}
