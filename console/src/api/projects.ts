/** Projects of both services in one form: a row of the list, and what is known of one project. */
import { useMutation, useQuery, type QueryKey } from "@tanstack/react-query";
import { call, useCall } from "./call";
import { queryClient } from "./client";
import { asFault, Fault } from "./fault";
import type * as Rekognition from "./operations/rekognition";
import { fetchPages } from "./pages";
import { currentRegion, useRegion } from "./region";
import {
  fetchEveryVersion,
  fetchMoreVersions,
  fetchVersion,
  fetchVersions,
  type VersionList,
  type VersionState,
} from "./versions";

export type ProjectService = "rekognition" | "lookoutvision";
export type DatasetType = "train" | "test";

export interface ProjectRow {
  readonly service: ProjectService;
  readonly name: string;
  readonly arn: string;
  readonly created: string | undefined;
}

export interface DatasetFacts {
  readonly type: DatasetType;
  /** Only in the service that has names for datasets. */
  readonly arn: string | null;
  readonly status: string;
  readonly message: string;
  readonly pictures: number;
  readonly labelled: number;
  readonly broken: number;
  readonly labels: readonly { readonly name: string; readonly pictures: number; readonly boxes: number }[];
  /** Why the labels are not known, where they may not be listed. */
  readonly labelsFault?: Fault | undefined;
}

/** With its newest versions, as far as they were asked for. */
export interface ProjectFacts extends ProjectRow, VersionList {
  readonly datasets: readonly DatasetFacts[];
}

function nameOf(arn: string): string {
  return /:project\/([^/]+)/u.exec(arn)?.[1] ?? arn;
}

async function rekognitionRows(region: string): Promise<ProjectRow[]> {
  const pages = await fetchPages((NextToken) =>
    call("rekognition", "DescribeProjects", { MaxResults: 100, NextToken }, { region }),
  );
  return pages.flatMap((page) =>
    (page.ProjectDescriptions ?? []).map((project) => ({
      service: "rekognition",
      name: nameOf(project.ProjectArn ?? ""),
      arn: project.ProjectArn ?? "",
      created: project.CreationTimestamp,
    })),
  );
}

async function lookoutRows(region: string): Promise<ProjectRow[]> {
  const pages = await fetchPages((NextToken) =>
    call("lookoutvision", "ListProjects", { MaxResults: 100, NextToken }, { region }),
  );
  return pages.flatMap((page) =>
    (page.Projects ?? []).map((project) => ({
      service: "lookoutvision",
      name: project.ProjectName ?? "",
      arn: project.ProjectArn ?? "",
      created: project.CreationTimestamp,
    })),
  );
}

interface FoundProjects {
  readonly rows: readonly ProjectRow[];
  /** Why those of one service are missing. */
  readonly hidden: Fault | null;
}

/** Somebody may have the right to one service alone: then its projects are shown, and that others are not. */
async function fetchRows(region: string): Promise<FoundProjects> {
  const [rekognition, lookout] = await Promise.allSettled([rekognitionRows(region), lookoutRows(region)]);
  if (rekognition.status === "rejected" && lookout.status === "rejected") throw rekognition.reason;
  const rows = [rekognition, lookout].flatMap((part) => (part.status === "fulfilled" ? part.value : []));
  const [missing] = [rekognition, lookout].filter((part) => part.status === "rejected");
  return {
    rows: rows.sort((a, b) => (b.created ?? "").localeCompare(a.created ?? "")),
    hidden: missing === undefined ? null : asFault(missing.reason),
  };
}

function projectsQuery(region: string) {
  return { queryKey: ["projects", region], queryFn: () => fetchRows(region) };
}

export function useProjects() {
  return useQuery({ ...projectsQuery(useRegion()), select: ({ rows }) => rows });
}

/** Why the projects of one service are not in the list; null where all are. */
export function useHiddenProjects(): Fault | null {
  return useQuery({ ...projectsQuery(useRegion()), select: ({ hidden }) => hidden }).data ?? null;
}

/** Fetches the projects before a page asks for them. */
export async function fetchProjectsAhead(): Promise<void> {
  // The page that asks for them shows what went wrong.
  await queryClient.query(projectsQuery(currentRegion())).catch(() => undefined);
}

function typeOf(type: string | undefined): DatasetType {
  return type?.toLowerCase() === "test" ? "test" : "train";
}

async function rekognitionDataset(data: Rekognition.DatasetMetadata, region: string): Promise<DatasetFacts> {
  const arn = data.DatasetArn ?? "";
  const [description, labels] = await Promise.all([
    call("rekognition", "DescribeDataset", { DatasetArn: arn }, { region }),
    fetchPages((NextToken) =>
      call("rekognition", "ListDatasetLabels", { DatasetArn: arn, MaxResults: 100, NextToken }, { region }),
    ).catch((error: unknown) => asFault(error)),
  ]);
  // A dataset that is being made has none yet, which the service refuses as a wrong moment.
  const isDenied = labels instanceof Fault && labels.code === "AccessDeniedException";
  const stats = description.DatasetDescription?.DatasetStats ?? {};
  return {
    type: typeOf(data.DatasetType),
    arn,
    status: description.DatasetDescription?.Status ?? "",
    message: description.DatasetDescription?.StatusMessage ?? "",
    pictures: stats.TotalEntries ?? 0,
    labelled: stats.LabeledEntries ?? 0,
    broken: stats.ErrorEntries ?? 0,
    labels:
      labels instanceof Fault
        ? []
        : labels.flatMap((page) => (page.DatasetLabelDescriptions ?? []).map(labelFacts)),
    labelsFault: isDenied ? labels : undefined,
  };
}

function labelFacts(label: Rekognition.DatasetLabelDescription) {
  const { EntryCount = 0, BoundingBoxCount = 0 } = label.LabelStats ?? {};
  return { name: label.LabelName ?? "", pictures: EntryCount, boxes: BoundingBoxCount };
}

async function rekognitionFacts(name: string, region: string, shown: number): Promise<ProjectFacts | null> {
  const answer = await call("rekognition", "DescribeProjects", { ProjectNames: [name] }, { region });
  const found = answer.ProjectDescriptions?.[0];
  if (found?.ProjectArn === undefined) return null;
  const project = { service: "rekognition", name, arn: found.ProjectArn } as const;
  const [datasets, list] = await Promise.all([
    Promise.all((found.Datasets ?? []).map((dataset) => rekognitionDataset(dataset, region))),
    fetchVersions(project, region, shown),
  ]);
  return { ...project, created: found.CreationTimestamp, datasets, ...list };
}

async function lookoutDataset(name: string, type: string, region: string): Promise<DatasetFacts> {
  const answer = await call(
    "lookoutvision",
    "DescribeDataset",
    { ProjectName: name, DatasetType: type },
    { region },
  );
  const { Status = "", StatusMessage = "", ImageStats = {} } = answer.DatasetDescription ?? {};
  const { Total = 0, Labeled = 0, Normal = 0, Anomaly = 0 } = ImageStats;
  return {
    type: typeOf(type),
    arn: null,
    status: Status,
    message: StatusMessage,
    pictures: Total,
    labelled: Labeled,
    broken: 0,
    labels: [
      { name: "normal", pictures: Normal, boxes: 0 },
      { name: "anomaly", pictures: Anomaly, boxes: 0 },
    ],
  };
}

async function lookoutFacts(name: string, region: string, shown: number): Promise<ProjectFacts | null> {
  const answer = await call("lookoutvision", "DescribeProject", { ProjectName: name }, { region });
  const found = answer.ProjectDescription;
  const project = { service: "lookoutvision", name, arn: found?.ProjectArn ?? "" } as const;
  const [datasets, list] = await Promise.all([
    Promise.all(
      (found?.Datasets ?? []).map((data) => lookoutDataset(name, data.DatasetType ?? "train", region)),
    ),
    fetchVersions(project, region, shown),
  ]);
  return { ...project, created: found?.CreationTimestamp, datasets, ...list };
}

/** Under the service's name, so that whatever makes the service's answers stale makes this stale. */
export function projectKey(service: ProjectService, name: string, region: string): QueryKey {
  return [service, "project", region, name];
}

const BUSY: readonly VersionState[] = ["training", "copying", "starting", "stopping", "deleting"];
const POLL_MS = 3000;

export function isUnderWay(facts: ProjectFacts): boolean {
  return (
    facts.datasets.some((dataset) => dataset.status.includes("IN_PROGRESS")) ||
    facts.versions.some((version) => BUSY.includes(version.state))
  );
}

/** What is known of a project, with as many of its versions as are shown; null where there is none. Asked again
 * as long as something is under way. */
export function useProject(service: ProjectService, name: string) {
  const region = useRegion();
  const queryKey = projectKey(service, name, region);
  return useQuery({
    queryKey,
    queryFn: () => {
      const shown = queryClient.getQueryData<ProjectFacts | null>(queryKey)?.versions.length ?? 0;
      return (service === "rekognition" ? rekognitionFacts : lookoutFacts)(name, region, shown);
    },
    refetchInterval: ({ state }) => (state.data && isUnderWay(state.data) ? POLL_MS : false),
  });
}

/** Fetches the page of versions after those that are shown. */
export function useMoreVersions(project: ProjectFacts) {
  const region = useRegion();
  const queryKey = projectKey(project.service, project.name, region);
  return useMutation({
    mutationFn: () => fetchMoreVersions(project, region),
    onSuccess: async (list) => {
      // What was asked before knows of fewer.
      await queryClient.cancelQueries({ queryKey });
      queryClient.setQueryData<ProjectFacts | null>(queryKey, (known) => known && { ...known, ...list });
    },
  });
}

/** A version by its name, also one that is older than those that are shown. */
export function useVersion(project: ProjectFacts, name: string) {
  const region = useRegion();
  const shown = project.versions.find((version) => version.name === name);
  const isEnabled = name !== "" && shown === undefined && project.next !== undefined;
  const asked = useQuery({
    queryKey: [project.service, "version", region, project.name, name],
    queryFn: () => fetchVersion(project, name, region),
    enabled: isEnabled,
    refetchInterval: ({ state }) => (state.data && BUSY.includes(state.data.state) ? POLL_MS : false),
  });
  const version = shown ?? (isEnabled ? (asked.data ?? undefined) : undefined);
  return { version, isPending: isEnabled && asked.isPending, error: isEnabled ? asked.error : null };
}

/** Every version of a project, for what has to know them all; undefined while they are asked for. */
export function useEveryVersion(project: ProjectFacts | null | undefined) {
  const region = useRegion();
  const isEnabled = project?.next !== undefined;
  const every = useQuery({
    queryKey: [project?.service ?? "", "every version", region, project?.name ?? ""],
    queryFn: () => (project ? fetchEveryVersion(project, region) : null),
    enabled: isEnabled,
  });
  const list = isEnabled ? every.data : project;
  const facts = project && list ? { ...project, ...list } : undefined;
  return { facts, error: isEnabled ? every.error : null };
}

/** Whatever is known of projects is asked again. */
export function refreshProjects(): Promise<unknown> {
  return Promise.all(
    (["rekognition", "lookoutvision", "projects"] as const).map((service) =>
      queryClient.invalidateQueries({ queryKey: [service] }),
    ),
  );
}

/** After a project is gone: the list first, so that nobody asks for it again. */
export async function forgetProject({ service, name }: Pick<ProjectRow, "service" | "name">): Promise<void> {
  await queryClient.invalidateQueries({ queryKey: ["projects"] });
  queryClient.removeQueries({
    predicate: ({ queryKey: [first, second, , third] }) =>
      first === service && second === "project" && third === name,
  });
}

export type NextStep = "addPictures" | "label" | "train" | "wait" | "start" | "use" | "retry";

const STEPS_BY_STATE: Partial<Readonly<Record<VersionState, NextStep>>> = {
  training: "wait",
  copying: "wait",
  copyFailed: "retry",
  startFailed: "start",
  starting: "wait",
  stopping: "wait",
  deleting: "wait",
  running: "use",
  trained: "start",
  failed: "retry",
};

/** The newest version that was trained here: what AWS trained is older, whenever it was brought along. */
export function newestOwn({ versions }: Pick<ProjectFacts, "versions">) {
  return versions.find(({ state }) => state !== "archived");
}

/** What a person would do next with the project. */
export function nextStep(facts: ProjectFacts): NextStep {
  const pictures = sumOf(facts.datasets, (dataset) => dataset.pictures);
  const labelled = sumOf(facts.datasets, (dataset) => dataset.labelled);
  const newest = newestOwn(facts);
  if (newest !== undefined) return STEPS_BY_STATE[newest.state] ?? "use";
  if (pictures === 0) return "addPictures";
  return labelled < pictures ? "label" : "train";
}

export function sumOf<T>(items: readonly T[], part: (item: T) => number): number {
  return items.reduce((sum, item) => sum + part(item), 0);
}

/** What an address needs of its project: the ARN alone, by one call of the project's own service. */
export function useProjectArn(service: ProjectService, project: string) {
  const isLookout = service === "lookoutvision";
  const rekognition = useCall(
    "rekognition",
    "DescribeProjects",
    { ProjectNames: [project] },
    { isEnabled: !isLookout },
  );
  const lookout = useCall(
    "lookoutvision",
    "DescribeProject",
    { ProjectName: project },
    { isEnabled: isLookout },
  );
  const query = isLookout ? lookout : rekognition;
  const arn = isLookout
    ? lookout.data?.ProjectDescription?.ProjectArn
    : rekognition.data?.ProjectDescriptions?.[0]?.ProjectArn;
  const retry = () => void query.refetch();
  return { ...whetherGone(project, arn, query), isPending: query.isPending, retry };
}

/** What is known of a project that was asked for by name: its ARN, or why there is none. */
export function whetherGone(
  name: string,
  arn: string | undefined,
  query: { readonly data: unknown; readonly error: unknown },
): { readonly arn: string | undefined; readonly error: unknown } {
  // One service refuses to describe what is not there, and the other describes nothing: to a page they are one.
  const isMissing = query.data !== undefined && arn === undefined && query.error === null;
  const error = isMissing ? new Fault(404, "ResourceNotFoundException", name, null) : query.error;
  // What was known before the project was deleted, in another tab perhaps, holds no longer.
  return { arn: error !== null && asFault(error).status === 404 ? undefined : arn, error };
}
