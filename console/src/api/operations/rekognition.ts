// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface Asset {
  readonly GroundTruthManifest?: GroundTruthManifest | undefined;
}

export interface BoundingBox {
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
  readonly Left?: number | undefined;
  readonly Top?: number | undefined;
}

export interface CopyProjectVersionRequest {
  readonly SourceProjectArn: string;
  readonly SourceProjectVersionArn: string;
  readonly DestinationProjectArn: string;
  readonly VersionName: string;
  readonly OutputConfig: OutputConfig;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly KmsKeyId?: string | undefined;
}

export interface CopyProjectVersionResponse {
  readonly ProjectVersionArn?: string | undefined;
}

export interface CreateDatasetRequest {
  readonly DatasetSource?: DatasetSource | undefined;
  readonly DatasetType: "TRAIN" | "TEST";
  readonly ProjectArn: string;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
}

export interface CreateDatasetResponse {
  readonly DatasetArn?: string | undefined;
}

export interface CreateProjectRequest {
  readonly ProjectName: string;
  readonly Feature?: "CONTENT_MODERATION" | "CUSTOM_LABELS" | undefined;
  readonly AutoUpdate?: "ENABLED" | "DISABLED" | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
}

export interface CreateProjectResponse {
  readonly ProjectArn?: string | undefined;
}

export interface CreateProjectVersionRequest {
  readonly ProjectArn: string;
  readonly VersionName: string;
  readonly OutputConfig: OutputConfig;
  readonly TrainingData?: TrainingData | undefined;
  readonly TestingData?: TestingData | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly VersionDescription?: string | undefined;
  readonly FeatureConfig?: CustomizationFeatureConfig | undefined;
}

export interface CreateProjectVersionResponse {
  readonly ProjectVersionArn?: string | undefined;
}

export interface CustomLabel {
  readonly Name?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Geometry?: Geometry | undefined;
}

export interface CustomizationFeatureConfig {
  readonly ContentModeration?: CustomizationFeatureContentModerationConfig | undefined;
}

export interface CustomizationFeatureContentModerationConfig {
  readonly ConfidenceThreshold?: number | undefined;
}

export interface DatasetChanges {
  readonly GroundTruth: string;
}

export interface DatasetDescription {
  readonly CreationTimestamp?: string | undefined;
  readonly LastUpdatedTimestamp?: string | undefined;
  readonly Status?: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED" | "DELETE_IN_PROGRESS" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly StatusMessageCode?: "SUCCESS" | "SERVICE_ERROR" | "CLIENT_ERROR" | undefined;
  readonly DatasetStats?: DatasetStats | undefined;
}

export interface DatasetLabelDescription {
  readonly LabelName?: string | undefined;
  readonly LabelStats?: DatasetLabelStats | undefined;
}

export interface DatasetLabelStats {
  readonly EntryCount?: number | undefined;
  readonly BoundingBoxCount?: number | undefined;
}

export interface DatasetMetadata {
  readonly CreationTimestamp?: string | undefined;
  readonly DatasetType?: "TRAIN" | "TEST" | undefined;
  readonly DatasetArn?: string | undefined;
  readonly Status?: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED" | "DELETE_IN_PROGRESS" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly StatusMessageCode?: "SUCCESS" | "SERVICE_ERROR" | "CLIENT_ERROR" | undefined;
}

export interface DatasetSource {
  readonly GroundTruthManifest?: GroundTruthManifest | undefined;
  readonly DatasetArn?: string | undefined;
}

export interface DatasetStats {
  readonly LabeledEntries?: number | undefined;
  readonly TotalEntries?: number | undefined;
  readonly TotalLabels?: number | undefined;
  readonly ErrorEntries?: number | undefined;
}

export interface DeleteDatasetRequest {
  readonly DatasetArn: string;
}

export interface DeleteProjectPolicyRequest {
  readonly ProjectArn: string;
  readonly PolicyName: string;
  readonly PolicyRevisionId?: string | undefined;
}

export interface DeleteProjectRequest {
  readonly ProjectArn: string;
}

export interface DeleteProjectResponse {
  readonly Status?: "CREATING" | "CREATED" | "DELETING" | undefined;
}

export interface DeleteProjectVersionRequest {
  readonly ProjectVersionArn: string;
}

export interface DeleteProjectVersionResponse {
  readonly Status?: "TRAINING_IN_PROGRESS" | "TRAINING_COMPLETED" | "TRAINING_FAILED" | "STARTING" | "RUNNING" | "FAILED" | "STOPPING" | "STOPPED" | "DELETING" | "COPYING_IN_PROGRESS" | "COPYING_COMPLETED" | "COPYING_FAILED" | "DEPRECATED" | "EXPIRED" | undefined;
}

export interface DescribeDatasetRequest {
  readonly DatasetArn: string;
}

export interface DescribeDatasetResponse {
  readonly DatasetDescription?: DatasetDescription | undefined;
}

export interface DescribeProjectVersionsRequest {
  readonly ProjectArn: string;
  readonly VersionNames?: ReadonlyArray<string> | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface DescribeProjectVersionsResponse {
  readonly ProjectVersionDescriptions?: ReadonlyArray<ProjectVersionDescription> | undefined;
  readonly NextToken?: string | undefined;
}

export interface DescribeProjectsRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly ProjectNames?: ReadonlyArray<string> | undefined;
  readonly Features?: ReadonlyArray<"CONTENT_MODERATION" | "CUSTOM_LABELS"> | undefined;
}

export interface DescribeProjectsResponse {
  readonly ProjectDescriptions?: ReadonlyArray<ProjectDescription> | undefined;
  readonly NextToken?: string | undefined;
}

export interface DetectCustomLabelsRequest {
  readonly ProjectVersionArn: string;
  readonly Image: Image;
  readonly MaxResults?: number | undefined;
  readonly MinConfidence?: number | undefined;
}

export interface DetectCustomLabelsResponse {
  readonly CustomLabels?: ReadonlyArray<CustomLabel> | undefined;
}

export interface DistributeDataset {
  readonly Arn: string;
}

export interface DistributeDatasetEntriesRequest {
  readonly Datasets: ReadonlyArray<DistributeDataset>;
}

export interface EvaluationResult {
  readonly F1Score?: number | undefined;
  readonly Summary?: Summary | undefined;
}

export interface Geometry {
  readonly BoundingBox?: BoundingBox | undefined;
  readonly Polygon?: ReadonlyArray<Point> | undefined;
}

export interface GroundTruthManifest {
  readonly S3Object?: S3Object | undefined;
}

export interface Image {
  readonly Bytes?: string | undefined;
  readonly S3Object?: S3Object | undefined;
}

export interface ListDatasetEntriesRequest {
  readonly DatasetArn: string;
  readonly ContainsLabels?: ReadonlyArray<string> | undefined;
  readonly Labeled?: boolean | undefined;
  readonly SourceRefContains?: string | undefined;
  readonly HasErrors?: boolean | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListDatasetEntriesResponse {
  readonly DatasetEntries?: ReadonlyArray<string> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListDatasetLabelsRequest {
  readonly DatasetArn: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListDatasetLabelsResponse {
  readonly DatasetLabelDescriptions?: ReadonlyArray<DatasetLabelDescription> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListProjectPoliciesRequest {
  readonly ProjectArn: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListProjectPoliciesResponse {
  readonly ProjectPolicies?: ReadonlyArray<ProjectPolicy> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListTagsForResourceRequest {
  readonly ResourceArn: string;
}

export interface ListTagsForResourceResponse {
  readonly Tags?: Readonly<Record<string, string>> | undefined;
}

export interface OutputConfig {
  readonly S3Bucket?: string | undefined;
  readonly S3KeyPrefix?: string | undefined;
}

export interface Point {
  readonly X?: number | undefined;
  readonly Y?: number | undefined;
}

export interface ProjectDescription {
  readonly ProjectArn?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly Status?: "CREATING" | "CREATED" | "DELETING" | undefined;
  readonly Datasets?: ReadonlyArray<DatasetMetadata> | undefined;
  readonly Feature?: "CONTENT_MODERATION" | "CUSTOM_LABELS" | undefined;
  readonly AutoUpdate?: "ENABLED" | "DISABLED" | undefined;
}

export interface ProjectPolicy {
  readonly ProjectArn?: string | undefined;
  readonly PolicyName?: string | undefined;
  readonly PolicyRevisionId?: string | undefined;
  readonly PolicyDocument?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly LastUpdatedTimestamp?: string | undefined;
}

export interface ProjectVersionDescription {
  readonly ProjectVersionArn?: string | undefined;
  readonly CreationTimestamp?: string | undefined;
  readonly MinInferenceUnits?: number | undefined;
  readonly Status?: "TRAINING_IN_PROGRESS" | "TRAINING_COMPLETED" | "TRAINING_FAILED" | "STARTING" | "RUNNING" | "FAILED" | "STOPPING" | "STOPPED" | "DELETING" | "COPYING_IN_PROGRESS" | "COPYING_COMPLETED" | "COPYING_FAILED" | "DEPRECATED" | "EXPIRED" | undefined;
  readonly StatusMessage?: string | undefined;
  readonly BillableTrainingTimeInSeconds?: number | undefined;
  readonly TrainingEndTimestamp?: string | undefined;
  readonly OutputConfig?: OutputConfig | undefined;
  readonly TrainingDataResult?: TrainingDataResult | undefined;
  readonly TestingDataResult?: TestingDataResult | undefined;
  readonly EvaluationResult?: EvaluationResult | undefined;
  readonly ManifestSummary?: GroundTruthManifest | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly MaxInferenceUnits?: number | undefined;
  readonly SourceProjectVersionArn?: string | undefined;
  readonly VersionDescription?: string | undefined;
  readonly Feature?: "CONTENT_MODERATION" | "CUSTOM_LABELS" | undefined;
  readonly BaseModelVersion?: string | undefined;
  readonly FeatureConfig?: CustomizationFeatureConfig | undefined;
}

export interface PutProjectPolicyRequest {
  readonly ProjectArn: string;
  readonly PolicyName: string;
  readonly PolicyRevisionId?: string | undefined;
  readonly PolicyDocument: string;
}

export interface PutProjectPolicyResponse {
  readonly PolicyRevisionId?: string | undefined;
}

export interface S3Object {
  readonly Bucket?: string | undefined;
  readonly Name?: string | undefined;
  readonly Version?: string | undefined;
}

export interface StartProjectVersionRequest {
  readonly ProjectVersionArn: string;
  readonly MinInferenceUnits: number;
  readonly MaxInferenceUnits?: number | undefined;
}

export interface StartProjectVersionResponse {
  readonly Status?: "TRAINING_IN_PROGRESS" | "TRAINING_COMPLETED" | "TRAINING_FAILED" | "STARTING" | "RUNNING" | "FAILED" | "STOPPING" | "STOPPED" | "DELETING" | "COPYING_IN_PROGRESS" | "COPYING_COMPLETED" | "COPYING_FAILED" | "DEPRECATED" | "EXPIRED" | undefined;
}

export interface StopProjectVersionRequest {
  readonly ProjectVersionArn: string;
}

export interface StopProjectVersionResponse {
  readonly Status?: "TRAINING_IN_PROGRESS" | "TRAINING_COMPLETED" | "TRAINING_FAILED" | "STARTING" | "RUNNING" | "FAILED" | "STOPPING" | "STOPPED" | "DELETING" | "COPYING_IN_PROGRESS" | "COPYING_COMPLETED" | "COPYING_FAILED" | "DEPRECATED" | "EXPIRED" | undefined;
}

export interface Summary {
  readonly S3Object?: S3Object | undefined;
}

export interface TagResourceRequest {
  readonly ResourceArn: string;
  readonly Tags: Readonly<Record<string, string>>;
}

export interface TestingData {
  readonly Assets?: ReadonlyArray<Asset> | undefined;
  readonly AutoCreate?: boolean | undefined;
}

export interface TestingDataResult {
  readonly Input?: TestingData | undefined;
  readonly Output?: TestingData | undefined;
  readonly Validation?: ValidationData | undefined;
}

export interface TrainingData {
  readonly Assets?: ReadonlyArray<Asset> | undefined;
}

export interface TrainingDataResult {
  readonly Input?: TrainingData | undefined;
  readonly Output?: TrainingData | undefined;
  readonly Validation?: ValidationData | undefined;
}

export interface UntagResourceRequest {
  readonly ResourceArn: string;
  readonly TagKeys: ReadonlyArray<string>;
}

export interface UpdateDatasetEntriesRequest {
  readonly DatasetArn: string;
  readonly Changes: DatasetChanges;
}

export interface ValidationData {
  readonly Assets?: ReadonlyArray<Asset> | undefined;
}

export interface RekognitionOperations {
  readonly CopyProjectVersion: { readonly input: CopyProjectVersionRequest; readonly output: CopyProjectVersionResponse };
  readonly CreateDataset: { readonly input: CreateDatasetRequest; readonly output: CreateDatasetResponse };
  readonly CreateProject: { readonly input: CreateProjectRequest; readonly output: CreateProjectResponse };
  readonly CreateProjectVersion: { readonly input: CreateProjectVersionRequest; readonly output: CreateProjectVersionResponse };
  readonly DeleteDataset: { readonly input: DeleteDatasetRequest; readonly output: Record<never, never> };
  readonly DeleteProject: { readonly input: DeleteProjectRequest; readonly output: DeleteProjectResponse };
  readonly DeleteProjectPolicy: { readonly input: DeleteProjectPolicyRequest; readonly output: Record<never, never> };
  readonly DeleteProjectVersion: { readonly input: DeleteProjectVersionRequest; readonly output: DeleteProjectVersionResponse };
  readonly DescribeDataset: { readonly input: DescribeDatasetRequest; readonly output: DescribeDatasetResponse };
  readonly DescribeProjectVersions: { readonly input: DescribeProjectVersionsRequest; readonly output: DescribeProjectVersionsResponse };
  readonly DescribeProjects: { readonly input: DescribeProjectsRequest; readonly output: DescribeProjectsResponse };
  readonly DetectCustomLabels: { readonly input: DetectCustomLabelsRequest; readonly output: DetectCustomLabelsResponse };
  readonly DistributeDatasetEntries: { readonly input: DistributeDatasetEntriesRequest; readonly output: Record<never, never> };
  readonly ListDatasetEntries: { readonly input: ListDatasetEntriesRequest; readonly output: ListDatasetEntriesResponse };
  readonly ListDatasetLabels: { readonly input: ListDatasetLabelsRequest; readonly output: ListDatasetLabelsResponse };
  readonly ListProjectPolicies: { readonly input: ListProjectPoliciesRequest; readonly output: ListProjectPoliciesResponse };
  readonly ListTagsForResource: { readonly input: ListTagsForResourceRequest; readonly output: ListTagsForResourceResponse };
  readonly PutProjectPolicy: { readonly input: PutProjectPolicyRequest; readonly output: PutProjectPolicyResponse };
  readonly StartProjectVersion: { readonly input: StartProjectVersionRequest; readonly output: StartProjectVersionResponse };
  readonly StopProjectVersion: { readonly input: StopProjectVersionRequest; readonly output: StopProjectVersionResponse };
  readonly TagResource: { readonly input: TagResourceRequest; readonly output: Record<never, never> };
  readonly UntagResource: { readonly input: UntagResourceRequest; readonly output: Record<never, never> };
  readonly UpdateDatasetEntries: { readonly input: UpdateDatasetEntriesRequest; readonly output: Record<never, never> };
}
