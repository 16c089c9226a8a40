/**
 * The pictures of one outcome at a threshold, the worst first: how sure a wrong call was, how unsure a right one.
 *
 * What does not depend on the threshold is worked out once a label: a step of the slider looks at no more items than
 * are shown, and of missed boxes at those that are found. Knows no page.
 */
import { calledAt, countsAt, type OutcomeKind, type RankedLabel } from "./counting";

export interface GalleryItem {
  readonly picture: number;
  /** The score that puts it there; null of a picture whose box was not found at all, undefined of any other. */
  readonly score: number | null | undefined;
}

export interface GalleryPage {
  readonly total: number;
  readonly items: readonly GalleryItem[];
}

export function gallery(
  ranked: RankedLabel,
  threshold: number,
  kind: OutcomeKind,
  most: number,
): GalleryPage {
  if (ranked.label.at === null) return wholePictures(ranked, threshold, kind, most);
  if (kind === "tn") return { total: 0, items: [] };
  const places = placesOf(ranked);
  const called = calledAt(ranked, threshold);
  if (kind === "fn") return missed(ranked, places, called, most);
  return kind === "fp" ? wrongCalls(ranked, places, called, most) : rightCalls(ranked, places, called, most);
}

function wholePictures(ranked: RankedLabel, threshold: number, kind: OutcomeKind, most: number): GalleryPage {
  const { label, order } = ranked;
  const total = countsAt(ranked, threshold)[kind];
  const called = calledAt(ranked, threshold);
  const isTrue = kind === "tp" || kind === "fn" ? 1 : 0;
  const [first, end] = kind === "tp" || kind === "fp" ? [0, called] : [called, order.length];
  const isDown = kind === "fp" || kind === "tn";
  const wanted = Math.min(most, total);
  const items: GalleryItem[] = [];
  for (let step = 0; items.length < wanted; step += 1) {
    const picture = order[isDown ? first + step : end - 1 - step] ?? 0;
    if (label.truth[picture] === isTrue) items.push({ picture, score: label.scores[picture] ?? 0 });
  }
  return { total, items };
}

/** Of boxes: what there is to know of their pictures at no threshold in particular. */
interface BoxPlaces {
  /** Where in the order a picture has its first right box, its first wrong one: ascending. */
  readonly firstRight: Uint32Array;
  readonly firstWrong: Uint32Array;
  /** Of each item, which of the pictures with true boxes it lies on. */
  readonly truePlace: Int32Array;
}

const known = new WeakMap<RankedLabel, BoxPlaces>();

function placesOf(ranked: RankedLabel): BoxPlaces {
  const before = known.get(ranked);
  if (before !== undefined) return before;
  const { label, order } = ranked;
  const places = new Map([...(label.trueAt ?? [])].map((picture, place) => [picture, place] as const));
  const seen = { right: new Set<number>(), wrong: new Set<number>() };
  const first = { right: [] as number[], wrong: [] as number[] };
  for (const [place, item] of order.entries()) {
    const side = label.truth[item] === 1 ? "right" : "wrong";
    const picture = label.at?.[item] ?? 0;
    if (seen[side].has(picture)) continue;
    seen[side].add(picture);
    first[side].push(place);
  }
  const now: BoxPlaces = {
    firstRight: Uint32Array.from(first.right),
    firstWrong: Uint32Array.from(first.wrong),
    truePlace: Int32Array.from(label.at ?? [], (picture) => places.get(picture) ?? -1),
  };
  known.set(ranked, now);
  return now;
}

/** How many of these ascending places lie below. */
function countBelow(places: Uint32Array, end: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < end) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A picture is among the wrong ones with one wrong box, by the surest of them. */
function wrongCalls(
  { label, order }: RankedLabel,
  { firstWrong }: BoxPlaces,
  called: number,
  most: number,
): GalleryPage {
  const total = countBelow(firstWrong, called);
  const items = Array.from(firstWrong.subarray(0, Math.min(most, total)), (place): GalleryItem => {
    const item = order[place] ?? 0;
    return { picture: label.at?.[item] ?? 0, score: label.scores[item] ?? 0 };
  });
  return { total, items };
}

/** A picture is among the right ones with one right box, by the least sure of them. */
function rightCalls(
  { label, order }: RankedLabel,
  { firstRight }: BoxPlaces,
  called: number,
  most: number,
): GalleryPage {
  const total = countBelow(firstRight, called);
  const wanted = Math.min(most, total);
  const scores = new Map<number, number>();
  for (let place = called - 1; scores.size < wanted; place -= 1) {
    const item = order[place] ?? 0;
    const picture = label.at?.[item] ?? 0;
    if (label.truth[item] === 1 && !scores.has(picture)) scores.set(picture, label.scores[item] ?? 0);
  }
  return { total, items: [...scores].map(([picture, score]) => ({ picture, score })) };
}

/** How many true boxes of each picture that has some are not found. */
function lostAt({ label, order }: RankedLabel, { truePlace }: BoxPlaces, called: number): Int32Array {
  const lost = Int32Array.from(label.trueCounts ?? []);
  for (let place = 0; place < called; place += 1) {
    const item = order[place] ?? 0;
    const at = truePlace[item] ?? -1;
    if (label.truth[item] === 1 && at >= 0) lost[at] = (lost[at] ?? 0) - 1;
  }
  return lost;
}

/** Those with the most that were missed first, and in the order of the test set where as many were. */
function missed(ranked: RankedLabel, places: BoxPlaces, called: number, most: number): GalleryPage {
  const byLost: number[][] = [];
  let total = 0;
  for (const [place, count] of lostAt(ranked, places, called).entries()) {
    if (count <= 0) continue;
    total += 1;
    const same = (byLost[count] ??= []);
    // More of one count are never shown.
    if (same.length < most) same.push(ranked.label.trueAt?.[place] ?? 0);
  }
  // There may be no picture of which so many were missed.
  const worst = byLost.toReversed().flatMap((pictures: readonly number[] | undefined) => pictures ?? []);
  return { total, items: worst.slice(0, most).map((picture) => ({ picture, score: null })) };
}
