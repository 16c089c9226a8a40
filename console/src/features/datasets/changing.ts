/** One change to many entries: sent, watched while it runs, said in a notice, and undone from there. */
import { call, queryClient, type Own } from "../../api";
import type { DatasetType } from "./project";

export type Change = Own.EntryChange;
export type Progress = Own.ChangeEntriesResponse;

/** As many entries as one request may name. */
const MOST_IDS = 1000;
const POLL_MS = 400;

export interface Target {
  readonly arn: string;
  readonly type: DatasetType;
}

async function watched(
  arn: string,
  progress: Progress,
  onProgress: (progress: Progress) => void,
): Promise<Progress> {
  let current = progress;
  while (current.Status === "running" || current.Status === "undoing") {
    onProgress(current);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    current = await call("vedette", "DescribeChange", { ProjectArn: arn, ChangeId: current.ChangeId ?? "" });
  }
  return current;
}

export interface Outcome {
  readonly changes: readonly string[];
  readonly done: number;
  readonly skipped: number;
  readonly message: string;
}

function join(all: readonly Progress[]): Outcome {
  return {
    changes: all.map((progress) => progress.ChangeId ?? ""),
    done: all.reduce((sum, progress) => sum + (progress.Done ?? 0) - (progress.Skipped ?? 0), 0),
    skipped: all.reduce((sum, progress) => sum + (progress.Skipped ?? 0), 0),
    message: all.map((progress) => progress.Message ?? "").find((message) => message !== "") ?? "",
  };
}

async function refreshed(): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["vedette"] });
}

/** Changes every entry that passes a filter, or those of these identifiers. */
export async function changeEntries(
  { arn, type }: Target,
  entries: Own.EntryFilter | readonly string[],
  change: Change,
  onProgress: (progress: Progress) => void,
): Promise<Outcome> {
  const filters: Own.EntryFilter[] = [];
  if (isIds(entries)) {
    for (let start = 0; start < entries.length; start += MOST_IDS) {
      filters.push({ EntryIds: entries.slice(start, start + MOST_IDS) });
    }
  } else {
    filters.push(entries);
  }
  const all: Progress[] = [];
  for (const Filter of filters) {
    const begun = await call("vedette", "ChangeEntries", {
      ProjectArn: arn,
      DatasetType: type,
      Filter,
      Change: change,
    });
    const ended = await watched(arn, begun, onProgress);
    all.push(ended);
    if (ended.Status === "failed") throw new Error(ended.Message ?? "");
  }
  await refreshed();
  return join(all);
}

function isIds(entries: Own.EntryFilter | readonly string[]): entries is readonly string[] {
  return Array.isArray(entries);
}

/** Lets the drafts that are at least so sure become labels: a change of many entries as any other. */
export async function acceptDrafts({ arn, type }: Target, least: number): Promise<Outcome> {
  const begun = await call("vedette", "AcceptDrafts", {
    ProjectArn: arn,
    DatasetType: type,
    MinConfidence: least,
  });
  const ended = await watched(arn, begun, () => undefined);
  if (ended.Status === "failed") throw new Error(ended.Message ?? "");
  await refreshed();
  return join([ended]);
}

export async function undoChanges(arn: string, changes: readonly string[]): Promise<Outcome> {
  const all: Progress[] = [];
  for (const change of [...changes].reverse()) {
    const begun = await call("vedette", "UndoChange", { ProjectArn: arn, ChangeId: change });
    all.push(await watched(arn, begun, () => undefined));
  }
  await refreshed();
  return join(all);
}
