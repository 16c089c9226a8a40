/** Versions of both services in one form, a page at a time: a project may have thousands. */
import { call } from "./call";
import { asFault } from "./fault";
import type * as Lookout from "./operations/lookoutvision";
import type * as Rekognition from "./operations/rekognition";
import { fetchPages, nextTokenOf } from "./pages";

export type VersionState =
  | "training"
  | "trained"
  | "failed"
  | "copying"
  | "copyFailed"
  | "starting"
  | "running"
  | "startFailed"
  | "stopping"
  | "deleting"
  /** Trained at AWS: figures alone, which were brought along. */
  | "archived";

export interface VersionFacts {
  readonly name: string;
  readonly arn: string;
  readonly state: VersionState;
  readonly message: string;
  readonly created: string | undefined;
  readonly f1: number | null;
}

/** The newest versions, as far as they were asked for; `next` names the page after them, where there is one. */
export interface VersionList {
  readonly versions: readonly VersionFacts[];
  readonly next: string | undefined;
}

export interface OfProject {
  readonly service: "rekognition" | "lookoutvision";
  readonly name: string;
  readonly arn: string;
}

const PAGE = 100;
const ALL_PAGES = 1000;

const REKOGNITION_STATES: Readonly<Record<string, VersionState>> = {
  TRAINING_IN_PROGRESS: "training",
  COPYING_IN_PROGRESS: "copying",
  TRAINING_COMPLETED: "trained",
  COPYING_COMPLETED: "trained",
  COPYING_FAILED: "copyFailed",
  FAILED: "startFailed",
  STOPPED: "trained",
  STARTING: "starting",
  RUNNING: "running",
  STOPPING: "stopping",
  DELETING: "deleting",
  EXPIRED: "archived",
};

/** How the server begins the message of such a model of Lookout for Vision, which has no status of its own. */
const TRAINED_AT_AWS = "Trained at AWS:";

const LOOKOUT_STATES: Readonly<Record<string, VersionState>> = {
  TRAINING: "training",
  TRAINED: "trained",
  SYSTEM_UPDATING: "trained",
  STARTING_HOSTING: "starting",
  HOSTED: "running",
  STOPPING_HOSTING: "stopping",
  HOSTING_FAILED: "startFailed",
  DELETING: "deleting",
};

function rekognitionVersion(version: Rekognition.ProjectVersionDescription): VersionFacts {
  const arn = version.ProjectVersionArn ?? "";
  return {
    name: /\/version\/([^/]+)/u.exec(arn)?.[1] ?? arn,
    arn,
    state: REKOGNITION_STATES[version.Status ?? ""] ?? "failed",
    message: version.StatusMessage ?? "",
    created: version.CreationTimestamp,
    f1: version.EvaluationResult?.F1Score ?? null,
  };
}

function lookoutVersion(model: Lookout.ModelMetadata | Lookout.ModelDescription): VersionFacts {
  const isArchived = model.StatusMessage?.startsWith(TRAINED_AT_AWS) === true;
  return {
    name: model.ModelVersion ?? "",
    arn: model.ModelArn ?? "",
    state: isArchived ? "archived" : (LOOKOUT_STATES[model.Status ?? ""] ?? "failed"),
    message: model.StatusMessage ?? "",
    created: model.CreationTimestamp,
    f1: model.Performance?.F1Score ?? null,
  };
}

async function fetchPage(project: OfProject, token: string | undefined, region: string) {
  const page = { MaxResults: PAGE, NextToken: token };
  if (project.service === "rekognition") {
    const input = { ProjectArn: project.arn, ...page };
    const answer = await call("rekognition", "DescribeProjectVersions", input, { region });
    return {
      versions: (answer.ProjectVersionDescriptions ?? []).map(rekognitionVersion),
      NextToken: answer.NextToken,
    };
  }
  const answer = await call(
    "lookoutvision",
    "ListModels",
    { ProjectName: project.name, ...page },
    { region },
  );
  return { versions: (answer.Models ?? []).map(lookoutVersion), NextToken: answer.NextToken };
}

/** The newest versions: a page, or as many pages as were shown before. */
export async function fetchVersions(project: OfProject, region: string, shown = 0): Promise<VersionList> {
  const wanted = Math.max(1, Math.ceil(shown / PAGE));
  const pages = await fetchPages((token) => fetchPage(project, token, region), wanted);
  return { versions: pages.flatMap(({ versions }) => versions), next: nextTokenOf(pages.at(-1)) };
}

/** Every version, for what has to know them all. */
export async function fetchEveryVersion(project: OfProject, region: string): Promise<VersionList> {
  return fetchVersions(project, region, ALL_PAGES * PAGE);
}

/** The list with the page after it. */
export async function fetchMoreVersions(
  project: OfProject & VersionList,
  region: string,
): Promise<VersionList> {
  const page = await fetchPage(project, project.next, region);
  const known = new Set(project.versions.map(({ arn }) => arn));
  const added = page.versions.filter(({ arn }) => !known.has(arn));
  return { versions: [...project.versions, ...added], next: nextTokenOf(page) };
}

/** The version of a name, however old it is; null where there is none. */
export async function fetchVersion(
  project: OfProject,
  name: string,
  region: string,
): Promise<VersionFacts | null> {
  try {
    if (project.service === "rekognition") {
      const input = { ProjectArn: project.arn, VersionNames: [name] };
      const answer = await call("rekognition", "DescribeProjectVersions", input, { region });
      const [version] = answer.ProjectVersionDescriptions ?? [];
      return version === undefined ? null : rekognitionVersion(version);
    }
    const input = { ProjectName: project.name, ModelVersion: name };
    const { ModelDescription } = await call("lookoutvision", "DescribeModel", input, { region });
    return ModelDescription === undefined ? null : lookoutVersion(ModelDescription);
  } catch (error) {
    if (asFault(error).code === "ResourceNotFoundException") return null;
    throw error;
  }
}
