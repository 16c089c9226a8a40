// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface Anomaly {
  readonly Name?: string | undefined;
  readonly PixelAnomaly?: PixelAnomaly | undefined;
}

export interface CreateDatasetRequest {
  readonly ProjectName: string;
  readonly DatasetType: string;
  readonly DatasetSource?: DatasetSource | undefined;
  readonly ClientToken?: string | undefined;
}

export interface CreateDatasetResponse {
  readonly DatasetMetadata?: DatasetMetadata | undefined;
}

export interface CreateModelRequest {
  readonly ProjectName: string;
  readonly Description?: string | undefined;
  readonly ClientToken?: string | undefined;
  readonly OutputConfig: OutputConfig;
  readonly KmsKeyId?: string | undefined;
  readonly Tags?: ReadonlyArray<Tag> | undefined;
}

export interface CreateModelResponse {
  readonly ModelMetadata?: ModelMetadata | undefined;
}

export interface CreateProjectRequest {
  readonly ProjectName: string;
  readonly ClientToken?: string | undefined;
}

export interface CreateProjectResponse {
  readonly ProjectMetadata?: ProjectMetadata | undefined;
}

export interface DatasetDescription {
  readonly ProjectName?: string | undefined;
  readonly DatasetType?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly LastUpdatedTimestamp?: string | undefined;
  readonly Status?: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED_ROLLBACK_IN_PROGRESS" | "UPDATE_FAILED_ROLLBACK_COMPLETE" | "DELETE_IN_PROGRESS" | "DELETE_COMPLETE" | "DELETE_FAILED" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly ImageStats?: DatasetImageStats | undefined;
}

export interface DatasetGroundTruthManifest {
  readonly S3Object?: InputS3Object | undefined;
}

export interface DatasetImageStats {
  readonly Total?: number | undefined;
  readonly Labeled?: number | undefined;
  readonly Normal?: number | undefined;
  readonly Anomaly?: number | undefined;
}

export interface DatasetMetadata {
  readonly DatasetType?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly Status?: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED_ROLLBACK_IN_PROGRESS" | "UPDATE_FAILED_ROLLBACK_COMPLETE" | "DELETE_IN_PROGRESS" | "DELETE_COMPLETE" | "DELETE_FAILED" | undefined;
  readonly StatusMessage?: string | undefined;
}

export interface DatasetSource {
  readonly GroundTruthManifest?: DatasetGroundTruthManifest | undefined;
}

export interface DeleteDatasetRequest {
  readonly ProjectName: string;
  readonly DatasetType: string;
  readonly ClientToken?: string | undefined;
}

export interface DeleteModelRequest {
  readonly ProjectName: string;
  readonly ModelVersion: string;
  readonly ClientToken?: string | undefined;
}

export interface DeleteModelResponse {
  readonly ModelArn?: string | undefined;
}

export interface DeleteProjectRequest {
  readonly ProjectName: string;
  readonly ClientToken?: string | undefined;
}

export interface DeleteProjectResponse {
  readonly ProjectArn?: string | undefined;
}

export interface DescribeDatasetRequest {
  readonly ProjectName: string;
  readonly DatasetType: string;
}

export interface DescribeDatasetResponse {
  readonly DatasetDescription?: DatasetDescription | undefined;
}

export interface DescribeModelPackagingJobRequest {
  readonly ProjectName: string;
  readonly JobName: string;
}

export interface DescribeModelPackagingJobResponse {
  readonly ModelPackagingDescription?: ModelPackagingDescription | undefined;
}

export interface DescribeModelRequest {
  readonly ProjectName: string;
  readonly ModelVersion: string;
}

export interface DescribeModelResponse {
  readonly ModelDescription?: ModelDescription | undefined;
}

export interface DescribeProjectRequest {
  readonly ProjectName: string;
}

export interface DescribeProjectResponse {
  readonly ProjectDescription?: ProjectDescription | undefined;
}

export interface DetectAnomaliesRequest {
  readonly ProjectName: string;
  readonly ModelVersion: string;
  readonly Body: string;
  readonly ContentType: string;
}

export interface DetectAnomaliesResponse {
  readonly DetectAnomalyResult?: DetectAnomalyResult | undefined;
}

export interface DetectAnomalyResult {
  readonly Source?: ImageSource | undefined;
  readonly IsAnomalous?: boolean | undefined;
  readonly Confidence?: number | undefined;
  readonly Anomalies?: ReadonlyArray<Anomaly> | undefined;
  readonly AnomalyMask?: string | undefined;
}

export interface GreengrassConfiguration {
  readonly CompilerOptions?: string | undefined;
  readonly TargetDevice?: "jetson_xavier" | undefined;
  readonly TargetPlatform?: TargetPlatform | undefined;
  readonly S3OutputLocation: S3Location;
  readonly ComponentName: string;
  readonly ComponentVersion?: string | undefined;
  readonly ComponentDescription?: string | undefined;
  readonly Tags?: ReadonlyArray<Tag> | undefined;
}

export interface GreengrassOutputDetails {
  readonly ComponentVersionArn?: string | undefined;
  readonly ComponentName?: string | undefined;
  readonly ComponentVersion?: string | undefined;
}

export interface ImageSource {
  readonly Type?: string | undefined;
}

export interface InputS3Object {
  readonly Bucket: string;
  readonly Key: string;
  readonly VersionId?: string | undefined;
}

export interface ListDatasetEntriesRequest {
  readonly ProjectName: string;
  readonly DatasetType: string;
  readonly Labeled?: boolean | undefined;
  readonly AnomalyClass?: string | undefined;
  readonly BeforeCreationDate?: string | undefined;
  readonly AfterCreationDate?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly SourceRefContains?: string | undefined;
}

export interface ListDatasetEntriesResponse {
  readonly DatasetEntries?: ReadonlyArray<string> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListModelPackagingJobsRequest {
  readonly ProjectName: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListModelPackagingJobsResponse {
  readonly ModelPackagingJobs?: ReadonlyArray<ModelPackagingJobMetadata> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListModelsRequest {
  readonly ProjectName: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListModelsResponse {
  readonly Models?: ReadonlyArray<ModelMetadata> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListProjectsRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListProjectsResponse {
  readonly Projects?: ReadonlyArray<ProjectMetadata> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListTagsForResourceRequest {
  readonly ResourceArn: string;
}

export interface ListTagsForResourceResponse {
  readonly Tags?: ReadonlyArray<Tag> | undefined;
}

export interface ModelDescription {
  readonly ModelVersion?: string | undefined;
  readonly ModelArn?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly Description?: string | undefined;
  readonly Status?: "TRAINING" | "TRAINED" | "TRAINING_FAILED" | "STARTING_HOSTING" | "HOSTED" | "HOSTING_FAILED" | "STOPPING_HOSTING" | "SYSTEM_UPDATING" | "DELETING" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly Performance?: ModelPerformance | undefined;
  readonly OutputConfig?: OutputConfig | undefined;
  readonly EvaluationManifest?: OutputS3Object | undefined;
  readonly EvaluationResult?: OutputS3Object | undefined;
  readonly EvaluationEndTimestamp?: string | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly MinInferenceUnits?: number | undefined;
  readonly MaxInferenceUnits?: number | undefined;
}

export interface ModelMetadata {
  readonly CreationTimestamp?: string | undefined;
  readonly ModelVersion?: string | undefined;
  readonly ModelArn?: string | undefined;
  readonly Description?: string | undefined;
  readonly Status?: "TRAINING" | "TRAINED" | "TRAINING_FAILED" | "STARTING_HOSTING" | "HOSTED" | "HOSTING_FAILED" | "STOPPING_HOSTING" | "SYSTEM_UPDATING" | "DELETING" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly Performance?: ModelPerformance | undefined;
}

export interface ModelPackagingConfiguration {
  readonly Greengrass: GreengrassConfiguration;
}

export interface ModelPackagingDescription {
  readonly JobName?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly ModelVersion?: string | undefined;
  readonly ModelPackagingConfiguration?: ModelPackagingConfiguration | undefined;
  readonly ModelPackagingJobDescription?: string | undefined;
  readonly ModelPackagingMethod?: string | undefined;
  readonly ModelPackagingOutputDetails?: ModelPackagingOutputDetails | undefined;
  readonly Status?: "CREATED" | "RUNNING" | "SUCCEEDED" | "FAILED" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly LastUpdatedTimestamp?: string | undefined;
}

export interface ModelPackagingJobMetadata {
  readonly JobName?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly ModelVersion?: string | undefined;
  readonly ModelPackagingJobDescription?: string | undefined;
  readonly ModelPackagingMethod?: string | undefined;
  readonly Status?: "CREATED" | "RUNNING" | "SUCCEEDED" | "FAILED" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly LastUpdatedTimestamp?: string | undefined;
}

export interface ModelPackagingOutputDetails {
  readonly Greengrass?: GreengrassOutputDetails | undefined;
}

export interface ModelPerformance {
  readonly F1Score?: number | undefined;
  readonly Recall?: number | undefined;
  readonly Precision?: number | undefined;
}

export interface OutputConfig {
  readonly S3Location: S3Location;
}

export interface OutputS3Object {
  readonly Bucket: string;
  readonly Key: string;
}

export interface PixelAnomaly {
  readonly TotalPercentageArea?: number | undefined;
  readonly Color?: string | undefined;
}

export interface ProjectDescription {
  readonly ProjectArn?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly Datasets?: ReadonlyArray<DatasetMetadata> | undefined;
}

export interface ProjectMetadata {
  readonly ProjectArn?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
}

export interface S3Location {
  readonly Bucket: string;
  readonly Prefix?: string | undefined;
}

export interface StartModelPackagingJobRequest {
  readonly ProjectName: string;
  readonly ModelVersion: string;
  readonly JobName?: string | undefined;
  readonly Configuration: ModelPackagingConfiguration;
  readonly Description?: string | undefined;
  readonly ClientToken?: string | undefined;
}

export interface StartModelPackagingJobResponse {
  readonly JobName?: string | undefined;
}

export interface StartModelRequest {
  readonly ProjectName: string;
  readonly ModelVersion: string;
  readonly MinInferenceUnits: number;
  readonly ClientToken?: string | undefined;
  readonly MaxInferenceUnits?: number | undefined;
}

export interface StartModelResponse {
  readonly Status?: "STARTING_HOSTING" | "HOSTED" | "HOSTING_FAILED" | "STOPPING_HOSTING" | "SYSTEM_UPDATING" | undefined;
}

export interface StopModelRequest {
  readonly ProjectName: string;
  readonly ModelVersion: string;
  readonly ClientToken?: string | undefined;
}

export interface StopModelResponse {
  readonly Status?: "STARTING_HOSTING" | "HOSTED" | "HOSTING_FAILED" | "STOPPING_HOSTING" | "SYSTEM_UPDATING" | undefined;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface TagResourceRequest {
  readonly ResourceArn: string;
  readonly Tags: ReadonlyArray<Tag>;
}

export interface TargetPlatform {
  readonly Os: "LINUX";
  readonly Arch: "ARM64" | "X86_64";
  readonly Accelerator?: "NVIDIA" | undefined;
}

export interface UntagResourceRequest {
  readonly ResourceArn: string;
  readonly TagKeys: ReadonlyArray<string>;
}

export interface UpdateDatasetEntriesRequest {
  readonly ProjectName: string;
  readonly DatasetType: string;
  readonly Changes: string;
  readonly ClientToken?: string | undefined;
}

export interface UpdateDatasetEntriesResponse {
  readonly Status?: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED_ROLLBACK_IN_PROGRESS" | "UPDATE_FAILED_ROLLBACK_COMPLETE" | "DELETE_IN_PROGRESS" | "DELETE_COMPLETE" | "DELETE_FAILED" | undefined;
}

export interface LookoutvisionOperations {
  readonly CreateDataset: { readonly input: CreateDatasetRequest; readonly output: CreateDatasetResponse };
  readonly CreateModel: { readonly input: CreateModelRequest; readonly output: CreateModelResponse };
  readonly CreateProject: { readonly input: CreateProjectRequest; readonly output: CreateProjectResponse };
  readonly DeleteDataset: { readonly input: DeleteDatasetRequest; readonly output: Record<never, never> };
  readonly DeleteModel: { readonly input: DeleteModelRequest; readonly output: DeleteModelResponse };
  readonly DeleteProject: { readonly input: DeleteProjectRequest; readonly output: DeleteProjectResponse };
  readonly DescribeDataset: { readonly input: DescribeDatasetRequest; readonly output: DescribeDatasetResponse };
  readonly DescribeModel: { readonly input: DescribeModelRequest; readonly output: DescribeModelResponse };
  readonly DescribeModelPackagingJob: { readonly input: DescribeModelPackagingJobRequest; readonly output: DescribeModelPackagingJobResponse };
  readonly DescribeProject: { readonly input: DescribeProjectRequest; readonly output: DescribeProjectResponse };
  readonly DetectAnomalies: { readonly input: DetectAnomaliesRequest; readonly output: DetectAnomaliesResponse };
  readonly ListDatasetEntries: { readonly input: ListDatasetEntriesRequest; readonly output: ListDatasetEntriesResponse };
  readonly ListModelPackagingJobs: { readonly input: ListModelPackagingJobsRequest; readonly output: ListModelPackagingJobsResponse };
  readonly ListModels: { readonly input: ListModelsRequest; readonly output: ListModelsResponse };
  readonly ListProjects: { readonly input: ListProjectsRequest; readonly output: ListProjectsResponse };
  readonly ListTagsForResource: { readonly input: ListTagsForResourceRequest; readonly output: ListTagsForResourceResponse };
  readonly StartModel: { readonly input: StartModelRequest; readonly output: StartModelResponse };
  readonly StartModelPackagingJob: { readonly input: StartModelPackagingJobRequest; readonly output: StartModelPackagingJobResponse };
  readonly StopModel: { readonly input: StopModelRequest; readonly output: StopModelResponse };
  readonly TagResource: { readonly input: TagResourceRequest; readonly output: Record<never, never> };
  readonly UntagResource: { readonly input: UntagResourceRequest; readonly output: Record<never, never> };
  readonly UpdateDatasetEntries: { readonly input: UpdateDatasetEntriesRequest; readonly output: UpdateDatasetEntriesResponse };
}
