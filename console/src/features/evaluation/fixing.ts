/** A wrong label corrected where it was noticed: the entry as it is now, and its line with other labels. */
import { useQuery } from "@tanstack/react-query";
import {
  asFault,
  call,
  callKey,
  queryClient,
  useRegion,
  type DatasetType,
  type ProjectFacts,
} from "../../api";
import { Line } from "../../manifest/lines";
import { classOf, labelsOf, withClass, withLabels } from "../../manifest/relabel";

/** What the console's own labels are signed with in a manifest. */
const JOB = "labeling-job/console";

export interface CurrentEntry {
  readonly type: DatasetType;
  readonly id: string;
  readonly line: string;
  readonly revision: string;
}

function entryKey(region: string, projectArn: string, source: string) {
  return callKey("vedette", "QueryEntries", region, projectArn, "source", source);
}

/** Null where neither dataset has the picture any more. */
async function findEntry(
  project: ProjectFacts,
  source: string,
  region: string,
  signal?: AbortSignal,
): Promise<CurrentEntry | null> {
  const types = project.datasets.map(({ type }) => type).sort();
  for (const type of types) {
    const answer = await call(
      "vedette",
      "QueryEntries",
      { ProjectArn: project.arn, DatasetType: type, Filter: { SourceRefs: [source] }, WithLines: true },
      { region, ...(signal === undefined ? {} : { signal }) },
    );
    const entry = answer.Entries?.find(({ IsRemoved }) => IsRemoved !== true);
    if (entry?.Line !== undefined) {
      return { type, id: entry.Id ?? "", line: entry.Line, revision: entry.Revision ?? "" };
    }
  }
  return null;
}

/** The entry of a test picture, in whichever dataset it is now. */
export function useEntry(project: ProjectFacts, source: string) {
  const region = useRegion();
  return useQuery({
    queryKey: entryKey(region, project.arn, source),
    queryFn: ({ signal }) => findEntry(project, source, region, signal),
    staleTime: 0,
  });
}

export interface PictureLabels {
  readonly labels: readonly string[];
  /** Only where pictures are normal or anomalous. */
  readonly isAnomalous: boolean | undefined;
}

export function labelsIn(line: string): PictureLabels {
  const read = Line.read(line);
  return { labels: labelsOf(read), isAnomalous: classOf(read) };
}

/** A line that says this instead; whatever else is in it stays as it was written. */
export function corrected(line: string, wanted: PictureLabels, isLookout: boolean, now: Date): string {
  const stamp = { job: JOB, moment: now };
  const read = Line.read(line);
  const next = isLookout
    ? withClass(read, wanted.isAnomalous, stamp)
    : withLabels(read, wanted.labels, stamp);
  return next.text;
}

/** Whether somebody else changed the entry meanwhile. */
export function isConflict(error: unknown): boolean {
  return asFault(error).status === 409;
}

export async function saveEntry(
  project: ProjectFacts,
  entry: CurrentEntry,
  source: string,
  line: string,
  region: string,
): Promise<void> {
  await call(
    "vedette",
    "UpdateEntries",
    { ProjectArn: project.arn, DatasetType: entry.type, Edits: [{ Line: line, Revision: entry.revision }] },
    { region },
  );
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: entryKey(region, project.arn, source) }),
    queryClient.invalidateQueries({ queryKey: callKey("vedette", "ListVersionChanges") }),
    queryClient.invalidateQueries({ queryKey: callKey("vedette", "PreviewTraining") }),
  ]);
}
