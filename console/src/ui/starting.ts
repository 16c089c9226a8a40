/** Starts a training by the service's own operation; the bucket for its results is made where it is missing. */
import { call, currentRegion, refreshProjects, type ProjectFacts } from "../api";

export const BUDGETS = ["fast", "balanced", "best"] as const;
export type Budget = (typeof BUDGETS)[number];

/** The tag by which a training gets another budget than the installation's. */
const BUDGET_TAG = "vedette:training-budget";
/** The tag by which a training begins from weights that were added under a name. */
const BACKBONE_TAG = "vedette:backbone";
/** What trainings begin from without that tag. */
export const BUILT_IN_BACKBONE = "lite0";

export interface TrainingOrder {
  readonly name: string;
  readonly description: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Null where the installation's own is meant: then no tag is needed, and no right to tag. */
  readonly budget: Budget | null;
  /** What it begins from; the built-in weights need no tag either. */
  readonly backbone: string;
  /** The ARN of the key that is to encrypt it; empty for none. */
  readonly key: string;
}

export async function ensureBucket(bucket: string): Promise<void> {
  const region = currentRegion();
  await call("s3", "CreateBucket", {
    Bucket: bucket,
    ...(region === "us-east-1"
      ? {}
      : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } }),
  });
}

/** Returns the version's name. */
export async function startTraining(
  project: ProjectFacts,
  order: TrainingOrder,
  hasBucket: boolean,
): Promise<string> {
  if (!hasBucket) await ensureBucket(order.bucket);
  const name =
    project.service === "rekognition" ? await startVersion(project, order) : await startModel(project, order);
  await refreshProjects();
  return name;
}

function tagsOf({ budget, backbone }: TrainingOrder): Readonly<Record<string, string>> {
  return {
    ...(budget === null ? {} : { [BUDGET_TAG]: budget }),
    ...(backbone === BUILT_IN_BACKBONE ? {} : { [BACKBONE_TAG]: backbone }),
  };
}

async function startVersion(project: ProjectFacts, order: TrainingOrder): Promise<string> {
  const tags = tagsOf(order);
  await call("rekognition", "CreateProjectVersion", {
    ProjectArn: project.arn,
    VersionName: order.name,
    OutputConfig: { S3Bucket: order.bucket, S3KeyPrefix: order.prefix },
    ...(order.description === "" ? {} : { VersionDescription: order.description }),
    ...(Object.keys(tags).length === 0 ? {} : { Tags: tags }),
    ...(order.key === "" ? {} : { KmsKeyId: order.key }),
  });
  return order.name;
}

async function startModel(project: ProjectFacts, order: TrainingOrder): Promise<string> {
  const tags = Object.entries(tagsOf(order)).map(([Key, Value]) => ({ Key, Value }));
  const answer = await call("lookoutvision", "CreateModel", {
    ProjectName: project.name,
    OutputConfig: { S3Location: { Bucket: order.bucket, Prefix: order.prefix } },
    ...(order.description === "" ? {} : { Description: order.description }),
    ...(tags.length === 0 ? {} : { Tags: tags }),
    ...(order.key === "" ? {} : { KmsKeyId: order.key }),
  });
  return answer.ModelMetadata?.ModelVersion ?? "";
}

/** The key that the newest version of a project was trained with; empty where there was none. */
export async function keyOfNewest(project: ProjectFacts): Promise<string> {
  const [newest] = project.versions.toSorted((one, other) =>
    (other.created ?? "").localeCompare(one.created ?? ""),
  );
  if (newest === undefined) return "";
  if (project.service === "rekognition") {
    const found = await call("rekognition", "DescribeProjectVersions", {
      ProjectArn: project.arn,
      VersionNames: [newest.name],
    });
    return found.ProjectVersionDescriptions?.[0]?.KmsKeyId ?? "";
  }
  const asked = { ProjectName: project.name, ModelVersion: newest.name };
  return (await call("lookoutvision", "DescribeModel", asked)).ModelDescription?.KmsKeyId ?? "";
}
