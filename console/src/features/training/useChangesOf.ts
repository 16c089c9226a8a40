/** What changed in each version that is shown: pages of changes are asked for as the list of versions grows. */
import { useEffect } from "react";
import { usePages, type Own, type ProjectFacts } from "../../api";
import { lacksChanges } from "./changePages";

export interface ShownChanges {
  /** The first page, which also says what changed since the newest version. */
  readonly newest: Own.ListVersionChangesResponse | undefined;
  readonly known: ReadonlyMap<string | undefined, Own.VersionChange>;
  readonly error: Error | null;
  readonly retry: () => void;
}

export function useChangesOf(project: ProjectFacts): ShownChanges {
  const { data, error, refetch, fetchNextPage, hasNextPage, isFetching } = usePages(
    "vedette",
    "ListVersionChanges",
    { ProjectArn: project.arn },
  );
  const changes = data?.pages.flatMap((page) => page.Versions ?? []) ?? [];
  const known = new Map(changes.map((change) => [change.ModelArn, change]));
  const isAsking = hasNextPage && !isFetching && error === null && lacksChanges(project, known);
  useEffect(() => {
    if (isAsking) void fetchNextPage();
  }, [isAsking, fetchNextPage]);
  return { newest: data?.pages[0], known, error, retry: () => void refetch() };
}
