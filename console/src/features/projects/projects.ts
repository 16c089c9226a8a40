/** Projects of both services as one list. */
import type { useInfiniteQuery } from "@tanstack/react-query";
import { type InfiniteData } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { usePages, type Output, type Rekognition } from "../../api";

export type ProjectService = "rekognition" | "lookoutvision";

export interface ProjectRow {
  readonly service: ProjectService;
  readonly name: string;
  readonly arn: string;
  readonly created: string | undefined;
  /** "train" and "test", as far as the service's list tells. */
  readonly datasets: readonly string[];
}

function nameOf(arn: string): string {
  return /:project\/([^/]+)/u.exec(arn)?.[1] ?? arn;
}

function rekognitionRow(project: Rekognition.ProjectDescription): ProjectRow {
  const arn = project.ProjectArn ?? "";
  const datasets = (project.Datasets ?? []).map((dataset) => (dataset.DatasetType ?? "").toLowerCase());
  return { service: "rekognition", name: nameOf(arn), arn, created: project.CreationTimestamp, datasets };
}

type RekognitionPages = InfiniteData<Output<"rekognition", "DescribeProjects">> | undefined;
type LookoutPages = InfiniteData<Output<"lookoutvision", "ListProjects">> | undefined;

function rowsOf(rekognition: RekognitionPages, lookout: LookoutPages): ProjectRow[] {
  const ours = (rekognition?.pages ?? []).flatMap((page) =>
    (page.ProjectDescriptions ?? []).map(rekognitionRow),
  );
  const theirs = (lookout?.pages ?? []).flatMap((page) =>
    (page.Projects ?? []).map((project) => ({
      service: "lookoutvision" as const,
      name: project.ProjectName ?? "",
      arn: project.ProjectArn ?? "",
      created: project.CreationTimestamp,
      datasets: [],
    })),
  );
  return [...ours, ...theirs].sort((a, b) => (b.created ?? "").localeCompare(a.created ?? ""));
}

/** Asks for page after page until there is none. */
function useAllPages(
  query: Pick<ReturnType<typeof useInfiniteQuery>, "hasNextPage" | "isFetching" | "fetchNextPage">,
) {
  const { hasNextPage, isFetching, fetchNextPage } = query;
  useEffect(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
}

export function useProjects() {
  const rekognition = usePages("rekognition", "DescribeProjects", { MaxResults: 100 });
  const lookout = usePages("lookoutvision", "ListProjects", { MaxResults: 100 });
  useAllPages(rekognition);
  useAllPages(lookout);
  const rows = useMemo(() => rowsOf(rekognition.data, lookout.data), [rekognition.data, lookout.data]);
  return {
    rows,
    isPending: rekognition.isPending || lookout.isPending,
    error: rekognition.error ?? lookout.error,
    retry: () => void Promise.all([rekognition.refetch(), lookout.refetch()]),
  };
}
