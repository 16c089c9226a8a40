/** The thresholds as a person has moved them, for what shows a number of one label and must not be drawn whole anew. */
import { createContext, use } from "react";
import type { Counts } from "./columns";
import { countsShown, type RankedLabel } from "./counting";

export const MovedThresholds = createContext<readonly number[]>([]);

export interface NowFigures {
  readonly threshold: number;
  readonly counts: Counts;
}

/** What a label counts now, by its place among the ranked ones. */
export function useNow(ranked: RankedLabel, place: number): NowFigures {
  const threshold = use(MovedThresholds)[place] ?? ranked.label.threshold;
  return { threshold, counts: countsShown(ranked, threshold) };
}
