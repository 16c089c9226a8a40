/**
 * Which label is taken for which, counted as the service's summary counts it: of one label a picture by the
 * likeliest; of several by those that reach their thresholds, as they are now. Null of boxes and anomalies.
 */
import type { EvaluationColumns } from "./columns";
import { calledAt, type RankedLabel } from "./counting";

export interface Pair {
  readonly truth: number;
  readonly predicted: number;
  readonly count: number;
}

export interface Confusions {
  readonly count: (truth: number, predicted: number) => number;
  /** Of the true label's pictures. */
  readonly share: (truth: number, predicted: number) => number;
  /** The most frequent ones of two labels that are not the same. */
  readonly pairs: (most: number) => readonly Pair[];
  /** The pictures of a cell, named "truth predicted". */
  readonly picturesOf: (cell: string, most: number) => readonly number[];
}

export function confusions(
  columns: EvaluationColumns,
  ranked: readonly RankedLabel[],
  thresholds: readonly number[],
): Confusions | null {
  const { task } = columns.figures;
  if (task === "classification") return table(ranked, likeliest(columns, ranked));
  if (task === "multilabel") return table(ranked, called(ranked, thresholds));
  return null;
}

type Numbers = ArrayLike<number> & Iterable<number>;

/** For each label the pictures that it is called of. */
function likeliest({ predicted }: EvaluationColumns, ranked: readonly RankedLabel[]): readonly Numbers[] {
  const pictures = ranked.map((): number[] => []);
  for (const [picture, label] of (predicted ?? []).entries()) pictures[label]?.push(picture);
  return pictures;
}

function called(ranked: readonly RankedLabel[], thresholds: readonly number[]): readonly Numbers[] {
  return ranked.map((label, place) => label.order.subarray(0, calledAt(label, thresholds[place] ?? 0.5)));
}

function table(ranked: readonly RankedLabel[], pictures: readonly Numbers[]): Confusions {
  const size = ranked.length;
  const counts = new Uint32Array(size * size);
  for (const [predicted, numbers] of pictures.entries()) {
    for (const [truth, number] of columnOf(ranked, predicted, numbers).entries()) {
      counts[truth * size + predicted] = number;
    }
  }
  const count = (truth: number, predicted: number) => counts[truth * size + predicted] ?? 0;
  return {
    count,
    share: (truth, predicted) => {
      const whole = ranked[truth]?.label.positives ?? 0;
      return whole === 0 ? 0 : count(truth, predicted) / whole;
    },
    pairs: (most) => {
      const pairs: Pair[] = [];
      for (const [place, number] of counts.entries()) {
        const [truth, predicted] = [Math.floor(place / size), place % size];
        if (number > 0 && truth !== predicted) pairs.push({ truth, predicted, count: number });
      }
      return pairs.sort((one, other) => other.count - one.count).slice(0, most);
    },
    picturesOf: (cell, most) => {
      const [truth = -1, predicted = -1] = cell.split(" ").map(Number);
      const isTrue = ranked[truth]?.label.truth;
      return [...(pictures[predicted] ?? [])].filter((picture) => isTrue?.[picture] === 1).slice(0, most);
    },
  };
}

/** A label's column stays what it is while another one's threshold moves. */
const columns = new WeakMap<RankedLabel, { readonly called: number; readonly counts: Uint32Array }>();

/** How often each true label is on these pictures, of which there are so many; those of one number are the same. */
function columnOf(ranked: readonly RankedLabel[], predicted: number, numbers: Numbers): Uint32Array {
  const label = ranked[predicted];
  const stored = label && columns.get(label);
  if (stored?.called === numbers.length) return stored.counts;
  const counts = new Uint32Array(ranked.length);
  const truthsOf = truthsIn(ranked);
  for (const picture of numbers) {
    for (const truth of truthsOf[picture] ?? []) counts[truth] = (counts[truth] ?? 0) + 1;
  }
  if (label !== undefined) columns.set(label, { called: numbers.length, counts });
  return counts;
}

/** What is true of each picture does not move with the thresholds. */
const known = new WeakMap<readonly RankedLabel[], number[][]>();

function truthsIn(ranked: readonly RankedLabel[]): number[][] {
  const lists = known.get(ranked) ?? truths(ranked);
  known.set(ranked, lists);
  return lists;
}

function truths(ranked: readonly RankedLabel[]): number[][] {
  const lists: number[][] = [];
  for (const [number, { label }] of ranked.entries()) {
    for (let picture = 0; picture < label.truth.length; picture += 1) {
      if (label.truth[picture] === 1) (lists[picture] ??= []).push(number);
    }
  }
  return lists;
}
