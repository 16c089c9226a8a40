/** The documents that the service's own answers name: summary, manifests, results. */
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import {
  currentSession,
  send,
  useCall,
  type ProjectFacts,
  type Rekognition,
  type VersionFacts,
} from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useText } from "./text";

interface WireFile {
  readonly key: "summary" | "trainManifest" | "testManifest" | "evaluationManifest" | "evaluationResult";
  readonly bucket: string;
  readonly object: string;
}

interface S3Object {
  readonly Bucket?: string | undefined;
  readonly Name?: string | undefined;
  readonly Key?: string | undefined;
}

function fileOf(key: WireFile["key"], object: S3Object | undefined): WireFile[] {
  const name = object?.Name ?? object?.Key;
  return object?.Bucket === undefined || name === undefined
    ? []
    : [{ key, bucket: object.Bucket, object: name }];
}

type VersionAnswer = Rekognition.ProjectVersionDescription | undefined;
type DataResult = Rekognition.TestingDataResult | undefined;

function manifestOf(key: WireFile["key"], result: DataResult): WireFile[] {
  return fileOf(key, result?.Output?.Assets?.[0]?.GroundTruthManifest?.S3Object);
}

function versionFiles(description: VersionAnswer): WireFile[] {
  return [
    ...fileOf("summary", description?.EvaluationResult?.Summary?.S3Object),
    ...manifestOf("trainManifest", description?.TrainingDataResult),
    ...manifestOf("testManifest", description?.TestingDataResult),
  ];
}

interface WireFilesProps {
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
}

function useWireFiles({ project, version }: WireFilesProps): readonly WireFile[] {
  const isLookout = project.service === "lookoutvision";
  const rekognition = useCall(
    "rekognition",
    "DescribeProjectVersions",
    { ProjectArn: project.arn, VersionNames: [version.name] },
    { isEnabled: !isLookout },
  );
  const lookout = useCall(
    "lookoutvision",
    "DescribeModel",
    { ProjectName: project.name, ModelVersion: version.name },
    { isEnabled: isLookout },
  );
  const model = lookout.data?.ModelDescription;
  return isLookout
    ? [
        ...fileOf("evaluationManifest", model?.EvaluationManifest),
        ...fileOf("evaluationResult", model?.EvaluationResult),
      ]
    : versionFiles(rekognition.data?.ProjectVersionDescriptions?.[0]);
}

async function download({ bucket, object }: WireFile): Promise<void> {
  const answer = await send("s3/GetObject", {
    method: "POST",
    json: { Bucket: bucket, Key: object },
    csrf: currentSession()?.csrf,
  });
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = object.slice(object.lastIndexOf("/") + 1);
  link.click();
  URL.revokeObjectURL(url);
}

export function WireFiles(props: WireFilesProps) {
  const t = useText();
  const files = useWireFiles(props);
  const loading = useMutation({ mutationFn: download });
  if (files.length === 0) return null;
  return (
    <SpaceBetween size="xs">
      {loading.isError && <FaultAlert error={loading.error} />}
      <SpaceBetween size="xs" direction="horizontal">
        {files.map((file) => (
          <Button
            key={file.key}
            variant="inline-link"
            iconName="download"
            onClick={() => loading.mutate(file)}
          >
            {t(file.key)}
          </Button>
        ))}
      </SpaceBetween>
    </SpaceBetween>
  );
}
