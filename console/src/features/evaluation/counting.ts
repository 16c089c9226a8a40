/**
 * What a label counts at any threshold: one sort a label, then a search and a subtraction for each question.
 *
 * A score is held to the threshold as the server holds it: called from the threshold on. Knows no page.
 */
import type { Counts, LabelScores } from "./columns";

export type OutcomeKind = "tp" | "fp" | "fn" | "tn";
export const OUTCOMES: readonly OutcomeKind[] = ["fn", "fp", "tp", "tn"];

/** A label's items, the highest score first. */
export interface RankedLabel {
  readonly label: LabelScores;
  readonly order: Uint32Array;
  /** How many of the first so many are true. */
  readonly hits: Uint32Array;
}

export function rank(label: LabelScores): RankedLabel {
  const { scores, truth } = label;
  const order = Uint32Array.from(scores.keys());
  order.sort((one, other) => (scores[other] ?? 0) - (scores[one] ?? 0));
  const hits = new Uint32Array(order.length + 1);
  for (let place = 0; place < order.length; place += 1) {
    hits[place + 1] = (hits[place] ?? 0) + (truth[order[place] ?? 0] ?? 0);
  }
  return { label, order, hits };
}

/** How many items reach the threshold. */
export function calledAt({ label, order }: RankedLabel, threshold: number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((label.scores[order[middle] ?? 0] ?? 0) >= threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Of boxes nobody knows how many there are that are none. */
export function countsAt(ranked: RankedLabel, threshold: number): Counts {
  return countsOf(ranked, calledAt(ranked, threshold));
}

/** At a label's own threshold the document's counts, which know also of boxes that it does not list. */
export function countsShown(ranked: RankedLabel, threshold: number): Counts {
  const { row } = ranked.label;
  return threshold === ranked.label.threshold && row.counts !== undefined
    ? row.counts
    : countsAt(ranked, threshold);
}

/** What a person looks at first: what is missed, then what is called wrongly, at the version's own threshold. */
export function firstOutcome(ranked: RankedLabel): OutcomeKind {
  const counts = countsShown(ranked, ranked.label.threshold);
  return OUTCOMES.find((kind) => kind !== "tn" && counts[kind] > 0) ?? "fn";
}

function countsOf({ label, order, hits }: RankedLabel, called: number): Counts {
  const tp = hits[called] ?? 0;
  const fp = called - tp;
  const fn = label.positives - tp;
  return { tp, fp, fn, tn: label.at === null ? order.length - called - fn : 0 };
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

export function precisionOf({ tp, fp }: Counts): number {
  return ratio(tp, tp + fp);
}

export function recallOf({ tp, fn }: Counts): number {
  return ratio(tp, tp + fn);
}

export function f1Of({ tp, fp, fn }: Counts): number {
  return ratio(2 * tp, 2 * tp + fp + fn);
}

/** The share of what is not so that was called nevertheless. */
export function falseShareOf({ fp, tn }: Counts): number {
  return ratio(fp, fp + tn);
}

export interface Curve {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** A curve is drawn some 400 pixels wide. */
const MOST_POINTS = 400;

/** The numbers of called items at which a threshold can lie: never between equal scores. */
function steps({ label, order }: RankedLabel): number[] {
  const scoreAt = (place: number) => label.scores[order[place] ?? 0] ?? 0;
  const places: number[] = [];
  for (let place = 1; place <= order.length; place += 1) {
    if (place === order.length || scoreAt(place) !== scoreAt(place - 1)) places.push(place);
  }
  const every = Math.max(1, Math.ceil(places.length / MOST_POINTS));
  return places.filter((_, place) => place % every === 0 || place === places.length - 1);
}

export function precisionRecall(ranked: RankedLabel): Curve {
  const points = steps(ranked).map((called) => countsOf(ranked, called));
  return { x: points.map(recallOf), y: points.map(precisionOf) };
}

/** Null of boxes, and where all pictures are of one kind. */
export function roc(ranked: RankedLabel): Curve | null {
  const { label, order } = ranked;
  if (label.at !== null || label.positives === 0 || label.positives === order.length) return null;
  const points = [0, ...steps(ranked)].map((called) => countsOf(ranked, called));
  return { x: points.map(falseShareOf), y: points.map(recallOf) };
}

export const BINS = 40;

export interface Histogram {
  readonly positive: readonly number[];
  readonly negative: readonly number[];
}

export function histogram({ scores, truth }: LabelScores): Histogram {
  const positive = Array<number>(BINS).fill(0);
  const negative = Array<number>(BINS).fill(0);
  for (let place = 0; place < scores.length; place += 1) {
    const bin = Math.min(BINS - 1, Math.floor((scores[place] ?? 0) * BINS));
    const side = truth[place] === 1 ? positive : negative;
    side[bin] = (side[bin] ?? 0) + 1;
  }
  return { positive, negative };
}

/** What a mistake costs, in whatever currency the person counts. */
export interface Costs {
  readonly missed: number;
  readonly falseAlarm: number;
}

export type Preset = "missLeast" | "noFalseAlarm" | "cheapest";

/**
 * The threshold of a preset, midway to the next score so that a score a little off still falls on its side; null
 * where nothing is to be found. Of equal ones that which calls the least wins for "miss least", and that which
 * calls the most for "no false alarm".
 */
export function presetThreshold(ranked: RankedLabel, preset: Preset, costs: Costs): number | null {
  const { label } = ranked;
  if (label.positives === 0) return null;
  const places = [0, ...allSteps(ranked)];
  let best = places[0] ?? 0;
  let least = Infinity;
  for (const called of places) {
    const counts = countsOf(ranked, called);
    const cost = costOf(counts, preset, costs);
    if (cost < least) [best, least] = [called, cost];
  }
  return between(ranked, best);
}

export function costOf(counts: Counts, preset: Preset, costs: Costs): number {
  if (preset === "cheapest") return counts.fn * costs.missed + counts.fp * costs.falseAlarm;
  // One of the other kind weighs less than any of this kind.
  const [main, other] = preset === "missLeast" ? [counts.fn, counts.fp] : [counts.fp, counts.fn];
  return main + other / (1 + other);
}

function allSteps({ label, order }: RankedLabel): number[] {
  const places: number[] = [];
  for (let place = 1; place <= order.length; place += 1) {
    const score = label.scores[order[place - 1] ?? 0];
    if (place === order.length || label.scores[order[place] ?? 0] !== score) places.push(place);
  }
  return places;
}

/** A threshold that calls so many: above the next score, and not above the last that is called. */
function between({ label, order }: RankedLabel, called: number): number {
  const lower = called < order.length ? (label.scores[order[called] ?? 0] ?? 0) : 0;
  const upper = called > 0 ? (label.scores[order[called - 1] ?? 0] ?? 0) : 1;
  const middle = (lower + upper) / 2;
  return called === 0 ? Math.min(1, Math.max(middle, lower + 1e-6)) : middle;
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Where a share lies with 95 % chance, counted from so few (Wilson's interval). */
export function interval(part: number, whole: number): Interval {
  if (whole === 0) return { low: 0, high: 1 };
  const z = 1.959964;
  const share = part / whole;
  const scale = 1 + (z * z) / whole;
  const middle = (share + (z * z) / (2 * whole)) / scale;
  const half = (z * Math.sqrt((share * (1 - share)) / whole + (z * z) / (4 * whole * whole))) / scale;
  // Exact at its ends: 29 right of 29 may be all right, whatever sums of real numbers come to.
  return {
    low: part === 0 ? 0 : Math.max(0, middle - half),
    high: part === whole ? 1 : Math.min(1, middle + half),
  };
}
