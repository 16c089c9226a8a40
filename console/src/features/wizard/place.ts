/** The project that an address names, and the import that a query does. */
import { useQuery } from "@tanstack/react-query";
import { useSearchParams } from "react-router";
import {
  call,
  callKey,
  queryClient,
  useProject,
  useRegion,
  whetherGone,
  type DatasetType,
  type Own,
  type ProjectService,
} from "../../api";
import { segmentOf, useNames } from "../../ui/address";

export interface WizardPlace {
  readonly service: ProjectService;
  readonly name: string;
  /** The route of the project's datasets. */
  readonly route: string;
  readonly type: DatasetType;
  readonly importId: string;
  readonly arn: string | undefined;
  readonly types: readonly DatasetType[];
  readonly error: unknown;
}

export function useWizardPlace(): WizardPlace {
  const { service, project } = useNames();
  const [query] = useSearchParams();
  const name = project ?? "";
  const kind = service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const facts = useProject(kind, name);
  return {
    service: kind,
    name,
    route: `/projects/${kind}/${segmentOf(name)}/datasets`,
    type: query.get("type") === "test" ? "test" : "train",
    importId: query.get("import") ?? "",
    types: (facts.data?.datasets ?? []).map((dataset) => dataset.type),
    ...whetherGone(name, facts.data?.arn, facts),
  };
}

export type Import = Own.DescribeImportResponse;
export type ImportLine = Own.ImportLine;
export type MendKind = Own.MendImportLinesRequest["Kind"];

const POLL_MS = 700;
const UNDER_WAY: ReadonlySet<string> = new Set(["open", "reading", "mending", "running"]);

/** An import, asked for again while something is done at it. */
export function useImport(arn: string, importId: string) {
  const region = useRegion();
  const input = { ProjectArn: arn, ImportId: importId };
  return useQuery({
    queryKey: callKey("vedette", "DescribeImport", region, input),
    queryFn: ({ signal }) => call("vedette", "DescribeImport", input, { signal, region }),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.Status) ? POLL_MS : false),
  });
}

export function isUnderWay(status: string | undefined): boolean {
  return status === undefined || UNDER_WAY.has(status);
}

/** After a change: the import and its lines are asked for again. */
export async function refreshImport(): Promise<void> {
  await Promise.all(
    ["DescribeImport", "ListImportLines"].map((operation) =>
      queryClient.invalidateQueries({ queryKey: ["vedette", operation] }),
    ),
  );
}
