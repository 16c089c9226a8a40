/**
 * The thresholds as a person moves them, kept beside the page: a step of the slider is heard by the few numbers that
 * are of its label, instead of going through everything that the page is made of.
 */
import { createContext, use, useSyncExternalStore } from "react";
import type { Counts } from "./columns";
import { countsShown, type RankedLabel } from "./counting";

export class MovedThresholds {
  private values: readonly number[];
  private readonly listeners = new Set<() => void>();

  constructor(private readonly ranked: readonly RankedLabel[]) {
    this.values = ranked.map(({ label }) => label.threshold);
  }

  /** Of all labels, by their places among the ranked ones; the same array until the next step. */
  readonly all = (): readonly number[] => this.values;

  at(place: number): number {
    return this.values[place] ?? 0.5;
  }

  /** Null puts the label back to the version's own. */
  move(place: number, threshold: number | null): void {
    const next = threshold ?? this.ranked[place]?.label.threshold ?? 0.5;
    if (next === this.at(place)) return;
    this.values = this.values.with(place, next);
    for (const listener of this.listeners) listener();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export const Moved = createContext(new MovedThresholds([]));

/** The threshold of one label as it is now. */
export function useThreshold(place: number): number {
  const moved = use(Moved);
  return useSyncExternalStore(moved.subscribe, () => moved.at(place));
}

export function useThresholds(): readonly number[] {
  const moved = use(Moved);
  return useSyncExternalStore(moved.subscribe, moved.all);
}

export interface NowFigures {
  readonly threshold: number;
  readonly counts: Counts;
}

/** What a label counts now, by its place among the ranked ones. */
export function useNow(ranked: RankedLabel, place: number): NowFigures {
  const threshold = useThreshold(place);
  return { threshold, counts: countsShown(ranked, threshold) };
}
