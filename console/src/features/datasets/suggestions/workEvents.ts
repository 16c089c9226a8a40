/** Which answers an event of the server changes, and which it makes stale. Pure. */
import type { LiveEvent } from "../../../api/live";
import { segmentOf } from "../../../ui/address";

export interface Remembered {
  readonly Status?: string;
  readonly Done?: number;
  readonly Total?: number;
}

const LISTS = { study: "ListSuggestions", drafts: "ListDrafts" } as const;

/** Say whether a remembered answer is of the study or the guessing that goes on. */
export function progressed(key: readonly unknown[], { kind, facts }: LiveEvent): boolean {
  if ((kind !== "study" && kind !== "drafts") || facts.status !== "running") return false;
  const [service, operation, , input] = key;
  const { ProjectArn: arn, DatasetType: type } = (input ?? {}) as Readonly<Record<string, unknown>>;
  return (
    service === "vedette" &&
    operation === LISTS[kind] &&
    arn === facts.projectArn &&
    type === facts.datasetType
  );
}

/** Return the operations whose answers are to be asked for again. */
export function staleAfter({ kind, facts }: LiveEvent): readonly string[] {
  switch (kind) {
    case "study":
      return facts.status === "running" && (facts.done ?? 0) > 0 ? [] : [LISTS.study];
    case "drafts":
      // Guesses come while it goes on.
      return [LISTS.drafts];
    case "dataset":
      return [LISTS.drafts, "ListNextSteps"];
    case "reset":
      return [LISTS.study, LISTS.drafts, "ListNextSteps"];
  }
}

/** Return the name and the datasets' page of the project that an ARN names. */
export function routeOf(arn: string): { readonly project: string; readonly route: string } {
  const [, service = "rekognition", project = ""] = /^arn:[^:]*:([^:]*):.*:project\/([^/]+)/u.exec(arn) ?? [];
  return { project, route: `/projects/${service}/${segmentOf(project)}/datasets` };
}
