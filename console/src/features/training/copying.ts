/** Copies a version by the service's own operation; the bucket for its results is made where it is missing. */
import { call, refreshProjects } from "../../api";
import { ensureBucket } from "../../ui/starting";

export interface CopyOrder {
  readonly source: string;
  readonly destination: string;
  readonly name: string;
  readonly bucket: string;
  readonly prefix: string;
  /** Whether the bucket is to be made first. */
  readonly isNewBucket: boolean;
}

const PROJECT = /^arn:aws:rekognition:[a-z0-9-]+:\d{12}:project\/[^/]+\/\d+$/u;
const VERSION = /^arn:aws:rekognition:[a-z0-9-]+:\d{12}:project\/[^/]+\/version\/[^/]+\/\d+$/u;

export function isProjectArn(arn: string): boolean {
  return PROJECT.test(arn);
}

export function isVersionArn(arn: string): boolean {
  return VERSION.test(arn);
}

/** Whether a version is one of this project's. */
export function isOf(version: string, project: string): boolean {
  return version.startsWith(`${project.slice(0, project.lastIndexOf("/"))}/version/`);
}

export async function copyVersion(order: CopyOrder, sourceProject: string): Promise<void> {
  if (order.isNewBucket) await ensureBucket(order.bucket);
  await call("rekognition", "CopyProjectVersion", {
    SourceProjectArn: sourceProject,
    SourceProjectVersionArn: order.source,
    DestinationProjectArn: order.destination,
    VersionName: order.name,
    OutputConfig: { S3Bucket: order.bucket, S3KeyPrefix: order.prefix },
  });
  await refreshProjects();
}
