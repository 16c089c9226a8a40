/** All that the services say of a version, in one form for both. */
import { useQuery } from "@tanstack/react-query";
import { call, useRegion, type ProjectFacts, type Rekognition, type VersionFacts } from "../../api";

export type ResultKind =
  | "evaluationSummary"
  | "evaluationManifest"
  | "evaluationResult"
  | "manifestSummary"
  | "trainOutput"
  | "testOutput"
  | "trainValidation"
  | "testValidation"
  | "trainInput"
  | "testInput";

export interface StoredFile {
  readonly kind: ResultKind;
  readonly bucket: string;
  readonly key: string;
}

export interface Figure {
  readonly kind: "f1" | "precision" | "recall";
  /** 0…1. */
  readonly value: number;
}

export interface VersionDetails {
  readonly description: string;
  /** The service's own word. */
  readonly status: string;
  readonly message: string;
  /** As the service's own operation returns them; none of a training that is not over. */
  readonly figures: readonly Figure[];
  readonly ended: string | undefined;
  readonly seconds: number | undefined;
  readonly leastUnits: number | undefined;
  readonly mostUnits: number | undefined;
  readonly bucket: string;
  readonly prefix: string;
  readonly kmsKey: string | undefined;
  /** The ARN of the version that this one is a copy of. */
  readonly source: string | undefined;
  readonly baseModel: string | undefined;
  readonly files: readonly StoredFile[];
}

interface Place {
  readonly Bucket?: string | undefined;
  readonly Name?: string | undefined;
  readonly Key?: string | undefined;
}

function file(kind: ResultKind, place: Place | undefined): StoredFile[] {
  const key = place?.Name ?? place?.Key;
  return place?.Bucket === undefined || key === undefined ? [] : [{ kind, bucket: place.Bucket, key }];
}

function assets(
  kind: ResultKind,
  data: { readonly Assets?: readonly Rekognition.Asset[] | undefined } | undefined,
) {
  return (data?.Assets ?? []).flatMap((asset) => file(kind, asset.GroundTruthManifest?.S3Object));
}

function figure(kind: Figure["kind"], value: number | undefined): Figure[] {
  return value === undefined ? [] : [{ kind, value }];
}

function filesOf(version: Rekognition.ProjectVersionDescription): StoredFile[] {
  const { TrainingDataResult: train, TestingDataResult: test } = version;
  return [
    ...file("evaluationSummary", version.EvaluationResult?.Summary?.S3Object),
    ...file("manifestSummary", version.ManifestSummary?.S3Object),
    ...assets("trainOutput", train?.Output),
    ...assets("testOutput", test?.Output),
    ...assets("trainValidation", train?.Validation),
    ...assets("testValidation", test?.Validation),
    ...assets("trainInput", train?.Input),
    ...assets("testInput", test?.Input),
  ];
}

async function ofRekognition(
  project: ProjectFacts,
  name: string,
  region: string,
): Promise<VersionDetails | null> {
  const input = { ProjectArn: project.arn, VersionNames: [name] };
  const answer = await call("rekognition", "DescribeProjectVersions", input, { region });
  const version = answer.ProjectVersionDescriptions?.[0];
  if (version === undefined) return null;
  return {
    description: version.VersionDescription ?? "",
    status: version.Status ?? "",
    message: version.StatusMessage ?? "",
    figures: figure("f1", version.EvaluationResult?.F1Score),
    ended: version.TrainingEndTimestamp,
    seconds: version.BillableTrainingTimeInSeconds,
    leastUnits: version.MinInferenceUnits,
    mostUnits: version.MaxInferenceUnits,
    bucket: version.OutputConfig?.S3Bucket ?? "",
    prefix: version.OutputConfig?.S3KeyPrefix ?? "",
    kmsKey: version.KmsKeyId,
    source: version.SourceProjectVersionArn,
    baseModel: version.BaseModelVersion,
    files: filesOf(version),
  };
}

async function ofLookout(
  project: ProjectFacts,
  name: string,
  region: string,
): Promise<VersionDetails | null> {
  const input = { ProjectName: project.name, ModelVersion: name };
  const { ModelDescription: model } = await call("lookoutvision", "DescribeModel", input, { region });
  if (model === undefined) return null;
  return {
    description: model.Description ?? "",
    status: model.Status ?? "",
    message: model.StatusMessage ?? "",
    figures: [
      ...figure("f1", model.Performance?.F1Score),
      ...figure("precision", model.Performance?.Precision),
      ...figure("recall", model.Performance?.Recall),
    ],
    ended: model.EvaluationEndTimestamp,
    seconds: undefined,
    leastUnits: model.MinInferenceUnits,
    mostUnits: model.MaxInferenceUnits,
    bucket: model.OutputConfig?.S3Location.Bucket ?? "",
    prefix: model.OutputConfig?.S3Location.Prefix ?? "",
    kmsKey: model.KmsKeyId,
    source: undefined,
    baseModel: undefined,
    files: [
      ...file("evaluationResult", model.EvaluationResult),
      ...file("evaluationManifest", model.EvaluationManifest),
    ],
  };
}

/** What the service says of the version; asked anew whenever its state is another. */
export function useVersionDetails(project: ProjectFacts, version: VersionFacts) {
  const region = useRegion();
  return useQuery({
    queryKey: [project.service, "version", region, version.arn, version.state],
    queryFn: () =>
      project.service === "rekognition"
        ? ofRekognition(project, version.name, region)
        : ofLookout(project, version.name, region),
  });
}
