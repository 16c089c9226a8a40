/** What becomes of pictures of a batch that are sent to a round, and what the round is called. No React, no server. */
import type { DatasetType } from "../../api";

export interface SendingPlan {
  /** Of the round. */
  readonly chosen: readonly string[];
  /** Of those, the ones that the dataset has not. */
  readonly missing: readonly string[];
  /** In the other dataset, where they stay: a picture is in one of the two. */
  readonly elsewhere: readonly string[];
}

/** As many as the service takes at once (`UpdateEntries`), and more than a batch names as doubtful. */
export const MOST_SENT = 100;

export function planOf(
  sources: readonly string[],
  type: DatasetType,
  present: Readonly<Partial<Record<DatasetType, readonly string[]>>>,
): SendingPlan {
  const here = new Set(present[type] ?? []);
  const there = new Set(present[type === "train" ? "test" : "train"] ?? []);
  const chosen = sources.filter((source) => !there.has(source) || here.has(source));
  return {
    chosen,
    missing: chosen.filter((source) => !here.has(source)),
    elsewhere: sources.filter((source) => there.has(source) && !here.has(source)),
  };
}

/** The names that a round may have: what is neither a letter nor a digit becomes a hyphen. */
export function roundNameOf(batch: string): string {
  const name = batch
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9_.-]+/gu, "-")
    .replace(/^[^A-Za-z0-9]+|-+$/gu, "")
    .slice(0, 54);
  return name === "" ? "doubtful" : `${name}-doubtful`;
}
