import type { ProjectFacts } from "../../api";

/** Whether a version is shown whose changes no page has brought yet. */
export function lacksChanges(
  project: Pick<ProjectFacts, "versions">,
  known: ReadonlyMap<string | undefined, unknown>,
): boolean {
  const oldest = project.versions.at(-1);
  return oldest !== undefined && !known.has(oldest.arn);
}
