// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface AcceptDraftsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly EntryIds?: ReadonlyArray<string> | undefined;
  readonly MinConfidence?: number | undefined;
}

export interface AcceptDraftsResponse {
  readonly ChangeId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | "undoing" | "undone" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly UndoUntil?: string | undefined;
}

export interface AccessKeySummary {
  readonly AccessKeyId?: string | undefined;
  readonly Enabled?: boolean | undefined;
  readonly CreateDate?: string | undefined;
}

export interface AddBackboneRequest {
  readonly BackboneName: string;
  readonly S3Object: BackboneObject;
  readonly Licence?: string | undefined;
}

export interface AddBackboneResponse {
  readonly Backbone?: BackboneDescription | undefined;
}

export interface AddImportPieceRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
  readonly Number: number;
  readonly Files?: ReadonlyArray<ImportFile> | undefined;
  readonly Pictures?: ReadonlyArray<ImportPicture> | undefined;
}

export interface AddTrialPicturesRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
  readonly DatasetType: "train" | "test";
  readonly PictureIds?: ReadonlyArray<number> | undefined;
}

export interface AddTrialPicturesResponse {
  readonly Added?: number | undefined;
  readonly Present?: number | undefined;
  readonly LeftOut?: ReadonlyArray<TrialLeftOut> | undefined;
  readonly NewLabels?: ReadonlyArray<string> | undefined;
}

export interface AliasMove {
  readonly Kind: string;
  readonly VersionName: string;
  readonly MoveDate: string;
  readonly MovedBy: string;
  readonly Reason?: string | undefined;
}

export interface AssignRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
  readonly UserNames?: ReadonlyArray<string> | undefined;
  readonly GroupNames?: ReadonlyArray<string> | undefined;
}

export interface AssignRoundResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface BackboneDescription {
  readonly BackboneName?: string | undefined;
  readonly Network?: string | undefined;
  readonly Licence?: string | undefined;
  readonly BuiltIn?: boolean | undefined;
  readonly Size?: number | undefined;
  readonly Milliseconds?: number | undefined;
  readonly Sha256?: string | undefined;
  readonly AddedBy?: string | undefined;
  readonly CreationDate?: string | undefined;
}

export interface BackboneObject {
  readonly Bucket: string;
  readonly Name: string;
}

export interface BatchCount {
  readonly Name?: string | undefined;
  readonly Count?: number | undefined;
}

export interface BatchDescription {
  readonly BatchId?: string | undefined;
  readonly BatchName?: string | undefined;
  readonly VersionName?: string | undefined;
  readonly ModelArn?: string | undefined;
  readonly PackageDigest?: string | undefined;
  readonly Source?: string | undefined;
  readonly Address?: string | undefined;
  readonly Format?: "jsonl" | undefined;
  readonly MinConfidence?: number | undefined;
  readonly Status?: "listing" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly CreatedBy?: string | undefined;
  readonly Total?: number | undefined;
  readonly Parts?: number | undefined;
  readonly Done?: number | undefined;
  readonly Failed?: number | undefined;
  readonly Failures?: ReadonlyArray<BatchCount> | undefined;
  readonly Verdicts?: ReadonlyArray<BatchCount> | undefined;
  readonly Confidences?: ReadonlyArray<number> | undefined;
  readonly Doubtful?: ReadonlyArray<BatchDoubt> | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface BatchDoubt {
  readonly SourceRef?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Verdict?: string | undefined;
}

export interface CancelExportRequest {
  readonly ProjectArn: string;
  readonly ExportId: string;
}

export interface CancelExportResponse {
  readonly ExportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Format?: "manifest" | "coco" | "voc" | "yolo" | "csv" | "folder" | "labelme" | "via" | "datumaro" | "imagefolder" | "supervisely" | "fiftyone" | "roboflow" | "labelstudio" | "cvat" | "mvtec" | "visa" | undefined;
  readonly WithPictures?: boolean | undefined;
  readonly Address?: string | undefined;
  readonly Existing?: "refuse" | "replace" | undefined;
  readonly Status?: "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Files?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly LeftOut?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface CancelImportRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
}

export interface CancelImportResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface CancelRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface CancelRoundResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface ChangeEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Filter: EntryFilter;
  readonly Change: EntryChange;
}

export interface ChangeEntriesResponse {
  readonly ChangeId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | "undoing" | "undone" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly UndoUntil?: string | undefined;
}

export interface CheckProjectPolicyRequest {
  readonly ProjectArn: string;
  readonly PolicyDocument: string;
}

export interface CheckProjectPolicyResponse {
  readonly IsUsable: boolean;
  readonly Problem?: string | undefined;
  readonly Warnings?: ReadonlyArray<PolicyWarning> | undefined;
}

export interface ClusterNode {
  readonly NodeName: string;
  readonly State: "ready" | "draining" | "drained" | "away";
  readonly Units?: number | undefined;
  readonly Trainings?: number | undefined;
  readonly Problem?: string | undefined;
  readonly DrainedSince?: string | undefined;
  readonly Cores?: number | undefined;
  readonly FreeCores?: number | undefined;
  readonly Memory?: number | undefined;
  readonly FreeMemory?: number | undefined;
  readonly Gpus?: number | undefined;
  readonly FreeGpus?: number | undefined;
}

export interface ClusterQuota {
  readonly MostTrainings?: number | undefined;
  readonly Trainings?: number | undefined;
  readonly MostUnits?: number | undefined;
  readonly Units?: number | undefined;
}

export interface ClusterWait {
  readonly ModelArn: string;
  readonly Kind: "unit" | "training";
  readonly Count?: number | undefined;
  readonly Position?: number | undefined;
  readonly Why: string;
}

export interface ClusterWork {
  readonly ModelArn: string;
  readonly Kind: "unit" | "training";
  readonly NodeName?: string | undefined;
  readonly Count?: number | undefined;
  readonly Stage?: string | undefined;
  readonly Done?: number | undefined;
  readonly Of?: number | undefined;
}

export interface CompareVersionsRequest {
  readonly FirstModelArn: string;
  readonly SecondModelArn: string;
}

export interface CompareVersionsResponse {
  readonly Task: string;
  readonly Images: number;
  readonly OnlyFirst: number;
  readonly OnlySecond: number;
  readonly Relabeled: number;
  readonly First: ComparedFigures;
  readonly Second: ComparedFigures;
  readonly Lead: ComparedLead;
  readonly PValue: number;
  readonly Verdict: "better" | "worse" | "unclear" | "none";
  readonly Better: number;
  readonly Worse: number;
  readonly BothRight: number;
  readonly BothWrong: number;
  readonly Labels: ReadonlyArray<ComparedLabel>;
  readonly OnlyFirstLabels: ReadonlyArray<string>;
  readonly OnlySecondLabels: ReadonlyArray<string>;
}

export interface ComparedFigures {
  readonly ModelArn: string;
  readonly VersionName: string;
  readonly Correct: number;
  readonly Accuracy: number;
  readonly Precision: number;
  readonly Recall: number;
  readonly F1Score: number;
}

export interface ComparedImage {
  readonly SourceRef: string;
  readonly FirstNumber: number;
  readonly SecondNumber: number;
  readonly Gain: number;
}

export interface ComparedLabel {
  readonly Label: string;
  readonly TestImages: number;
  readonly First: ComparedLabelCounts;
  readonly Second: ComparedLabelCounts;
  readonly Better: number;
  readonly Worse: number;
  readonly Lead: ComparedLead;
}

export interface ComparedLabelCounts {
  readonly TruePositives: number;
  readonly FalsePositives: number;
  readonly FalseNegatives: number;
  readonly F1Score: number;
}

export interface ComparedLead {
  readonly Share: number;
  readonly Low: number;
  readonly High: number;
}

export interface ConfigureImportRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
  readonly Options: ImportOptions;
}

export interface ConfigureImportResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface ConsoleSessionSummary {
  readonly SessionId?: string | undefined;
  readonly UserName?: string | undefined;
  readonly RoleSession?: string | undefined;
  readonly Way?: string | undefined;
  readonly SecondFactor?: boolean | undefined;
  readonly CreateDate?: string | undefined;
  readonly LastUsedDate?: string | undefined;
  readonly ExpireDate?: string | undefined;
  readonly Address?: string | undefined;
  readonly Agent?: string | undefined;
}

export interface ContinueLoopRequest {
  readonly ProjectArn: string;
  readonly LoopId: string;
}

export interface ContinueLoopResponse {
  readonly Loop?: LoopDescription | undefined;
}

export interface CountChangesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly PersonArn?: string | undefined;
  readonly Kinds?: ReadonlyArray<"edit" | "update" | "import" | "copy" | "bring" | "move" | "remove" | "label" | "rename" | "drafts" | "round" | "trial" | "distribute" | "divide" | "example" | "undo" | "revert" | "restore"> | undefined;
  readonly Label?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Since?: string | undefined;
  readonly Until?: string | undefined;
  readonly UtcOffsetMinutes?: number | undefined;
}

export interface CountChangesResponse {
  readonly Days?: ReadonlyArray<HistoryDay> | undefined;
  readonly People?: ReadonlyArray<HistoryPerson> | undefined;
}

export interface CountEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Filter?: EntryFilter | undefined;
}

export interface CountEntriesResponse {
  readonly Total?: number | undefined;
  readonly Labeled?: number | undefined;
  readonly Unsure?: number | undefined;
  readonly Errors?: number | undefined;
  readonly Normal?: number | undefined;
  readonly Anomaly?: number | undefined;
  readonly Broken?: number | undefined;
  readonly Pending?: number | undefined;
  readonly Twins?: number | undefined;
  readonly Shared?: number | undefined;
  readonly Labels?: ReadonlyArray<LabelCount> | undefined;
  readonly IsPending?: boolean | undefined;
}

export interface CreateAccessKeyRequest {
  readonly UserName: string;
}

export interface CreateAccessKeyResponse {
  readonly AccessKeyId?: string | undefined;
  readonly SecretAccessKey?: string | undefined;
}

export interface CreateDeviceRequest {
  readonly DeviceName: string;
  readonly Description?: string | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
}

export interface CreateDeviceResponse {
  readonly Device?: DeviceDescription | undefined;
  readonly Token?: string | undefined;
  readonly TokenExpiration?: string | undefined;
}

export interface CreateDeviceTokenRequest {
  readonly DeviceName: string;
}

export interface CreateDeviceTokenResponse {
  readonly Token?: string | undefined;
  readonly TokenExpiration?: string | undefined;
}

export interface CreateExampleProjectRequest {
  readonly Example: "sort-parts" | "parts-on-a-tray" | "locate-parts" | "find-scratches";
  readonly Labeled?: "all" | "half" | undefined;
}

export interface CreateExampleProjectResponse {
  readonly ProjectArn?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly Service?: string | undefined;
}

export interface CreateExportRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Format: "manifest" | "coco" | "voc" | "yolo" | "csv" | "folder" | "labelme" | "via" | "datumaro" | "imagefolder" | "supervisely" | "fiftyone" | "roboflow" | "labelstudio" | "cvat" | "mvtec" | "visa";
  readonly WithPictures?: boolean | undefined;
  readonly Address: string;
  readonly Existing?: "refuse" | "replace" | undefined;
}

export interface CreateExportResponse {
  readonly ExportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Format?: "manifest" | "coco" | "voc" | "yolo" | "csv" | "folder" | "labelme" | "via" | "datumaro" | "imagefolder" | "supervisely" | "fiftyone" | "roboflow" | "labelstudio" | "cvat" | "mvtec" | "visa" | undefined;
  readonly WithPictures?: boolean | undefined;
  readonly Address?: string | undefined;
  readonly Existing?: "refuse" | "replace" | undefined;
  readonly Status?: "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Files?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly LeftOut?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface CreateGroupRequest {
  readonly GroupName: string;
  readonly Policies?: ReadonlyArray<string> | undefined;
}

export interface CreateGroupResponse {
  readonly GroupName?: string | undefined;
  readonly Users?: ReadonlyArray<string> | undefined;
  readonly Policies?: ReadonlyArray<string> | undefined;
}

export interface CreateImportRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Source: ImportSource;
}

export interface CreateImportResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface CreateRoundRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Name: string;
  readonly Task: "labels" | "boxes" | "masks";
  readonly Filter?: EntryFilter | undefined;
  readonly Instructions?: string | undefined;
  readonly Examples?: ReadonlyArray<RoundExample> | undefined;
  readonly DoubleShare?: number | undefined;
  readonly Deadline?: string | undefined;
  readonly Late?: "accept" | "refuse" | undefined;
}

export interface CreateRoundResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface CreateSnapshotRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Name: string;
  readonly Description?: string | undefined;
}

export interface CreateSnapshotResponse {
  readonly SnapshotId?: string | undefined;
  readonly Name?: string | undefined;
  readonly Description?: string | undefined;
  readonly Reason?: "restore" | "import" | "training" | undefined;
  readonly VersionName?: string | undefined;
  readonly Person?: HistoryPerson | undefined;
  readonly CreationDate?: string | undefined;
  readonly Total?: number | undefined;
  readonly Labeled?: number | undefined;
  readonly Labels?: ReadonlyArray<SnapshotLabel> | undefined;
}

export interface CreateUserRequest {
  readonly UserName: string;
  readonly Policies?: ReadonlyArray<string> | undefined;
  readonly Groups?: ReadonlyArray<string> | undefined;
}

export interface CreateUserResponse {
  readonly UserName?: string | undefined;
  readonly UserId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: string | undefined;
}

export interface DatasetSnapshot {
  readonly SnapshotId?: string | undefined;
  readonly Name?: string | undefined;
  readonly Description?: string | undefined;
  readonly Reason?: "restore" | "import" | "training" | undefined;
  readonly VersionName?: string | undefined;
  readonly Person?: HistoryPerson | undefined;
  readonly CreationDate?: string | undefined;
  readonly Total?: number | undefined;
  readonly Labeled?: number | undefined;
  readonly Labels?: ReadonlyArray<SnapshotLabel> | undefined;
}

export interface DeleteAccessKeyRequest {
  readonly UserName: string;
  readonly AccessKeyId: string;
}

export interface DeleteAliasRequest {
  readonly ProjectArn: string;
  readonly AliasName: string;
  readonly Reason?: string | undefined;
  readonly ExpectedVersion?: string | undefined;
}

export interface DeleteBackboneRequest {
  readonly BackboneName: string;
}

export interface DeleteBatchDetectionRequest {
  readonly ProjectArn: string;
  readonly BatchId: string;
}

export interface DeleteDeviceRequest {
  readonly DeviceName: string;
}

export interface DeleteExportRequest {
  readonly ProjectArn: string;
  readonly ExportId: string;
}

export interface DeleteGroupRequest {
  readonly GroupName: string;
}

export interface DeleteImportRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
}

export interface DeleteLoopRequest {
  readonly ProjectArn: string;
  readonly LoopId: string;
}

export interface DeletePolicyRequest {
  readonly PolicyName: string;
}

export interface DeleteRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface DeleteSnapshotRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly SnapshotId: string;
}

export interface DeleteTrialDetectionRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
}

export interface DeleteUserRequest {
  readonly UserName: string;
}

export interface DescribeAliasRequest {
  readonly ProjectArn: string;
  readonly AliasName: string;
}

export interface DescribeAliasResponse {
  readonly Alias: VersionAlias;
  readonly RollbackVersion?: string | undefined;
  readonly Moves: ReadonlyArray<AliasMove>;
}

export interface DescribeBatchDetectionRequest {
  readonly ProjectArn: string;
  readonly BatchId: string;
}

export interface DescribeBatchDetectionResponse {
  readonly Batch?: BatchDescription | undefined;
}

export interface DescribeChangeRequest {
  readonly ProjectArn: string;
  readonly ChangeId: string;
}

export interface DescribeChangeResponse {
  readonly ChangeId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | "undoing" | "undone" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly UndoUntil?: string | undefined;
}

export interface DescribeClusterResponse {
  readonly Engine: string;
  readonly Address?: string | undefined;
  readonly Problem?: string | undefined;
  readonly MayDrain?: boolean | undefined;
  readonly Nodes: ReadonlyArray<ClusterNode>;
  readonly Work: ReadonlyArray<ClusterWork>;
  readonly Waiting: ReadonlyArray<ClusterWait>;
  readonly OthersWaiting?: number | undefined;
  readonly Quota: ClusterQuota;
}

export interface DescribeDeviceRequest {
  readonly DeviceName: string;
}

export interface DescribeDeviceResponse {
  readonly Device?: DeviceDescription | undefined;
}

export interface DescribeExportRequest {
  readonly ProjectArn: string;
  readonly ExportId: string;
}

export interface DescribeExportResponse {
  readonly ExportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Format?: "manifest" | "coco" | "voc" | "yolo" | "csv" | "folder" | "labelme" | "via" | "datumaro" | "imagefolder" | "supervisely" | "fiftyone" | "roboflow" | "labelstudio" | "cvat" | "mvtec" | "visa" | undefined;
  readonly WithPictures?: boolean | undefined;
  readonly Address?: string | undefined;
  readonly Existing?: "refuse" | "replace" | undefined;
  readonly Status?: "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Files?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly LeftOut?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface DescribeFeedbackRequest {
  readonly ModelArn: string;
}

export interface DescribeFeedbackResponse {
  readonly Feedback?: FeedbackDescription | undefined;
}

export interface DescribeImportRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
}

export interface DescribeImportResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface DescribeLoopRequest {
  readonly ProjectArn: string;
  readonly LoopId: string;
}

export interface DescribeLoopResponse {
  readonly Loop?: LoopDescription | undefined;
}

export interface DescribeRestorationRequest {
  readonly ProjectArn: string;
  readonly RestorationId: string;
}

export interface DescribeRestorationResponse {
  readonly RestorationId?: string | undefined;
  readonly SnapshotId?: string | undefined;
  readonly Number?: number | undefined;
  readonly Name?: string | undefined;
  readonly BeforeSnapshotId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly EndDate?: string | undefined;
}

export interface DescribeRoundAgreementRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface DescribeRoundAgreementResponse {
  readonly Compared?: number | undefined;
  readonly Agreed?: number | undefined;
  readonly MeanAgreement?: number | undefined;
  readonly People?: ReadonlyArray<PersonAgreement> | undefined;
  readonly Confusions?: ReadonlyArray<LabelConfusion> | undefined;
}

export interface DescribeRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface DescribeRoundResponse {
  readonly Round?: RoundSummary | undefined;
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
}

export interface DescribeServingRequest {
  readonly ModelArn: string;
}

export interface DescribeServingResponse {
  readonly State?: "training" | "trained" | "failed" | "copying" | "copied" | "copy-failed" | "starting" | "running" | "start-failed" | "stopping" | "stopped" | "deleting" | "archived" | undefined;
  readonly Message?: string | undefined;
  readonly MinUnits?: number | undefined;
  readonly MaxUnits?: number | undefined;
  readonly UnitLimit?: number | undefined;
  readonly Units?: number | undefined;
  readonly DesiredUnits?: number | undefined;
  readonly Waiting?: number | undefined;
  readonly InFlight?: number | undefined;
  readonly WindowSeconds?: number | undefined;
  readonly Answered?: number | undefined;
  readonly Invalid?: number | undefined;
  readonly Throttled?: number | undefined;
  readonly Errors?: number | undefined;
  readonly P50Milliseconds?: number | undefined;
  readonly P99Milliseconds?: number | undefined;
  readonly AnsweredBySecond?: ReadonlyArray<number> | undefined;
  readonly RefusedBySecond?: ReadonlyArray<number> | undefined;
  readonly UnitsBySecond?: ReadonlyArray<number> | undefined;
  readonly Task?: string | undefined;
  readonly Labels?: ReadonlyArray<ServingLabel> | undefined;
  readonly Types?: ReadonlyArray<ServingLabel> | undefined;
  readonly ImageWidth?: number | undefined;
  readonly ImageHeight?: number | undefined;
  readonly UnitHours?: number | undefined;
}

export interface DescribeSnapshotRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly SnapshotId: string;
  readonly Kind?: "gone" | "new" | "relabeled" | "changed" | "moved" | undefined;
  readonly Offset?: number | undefined;
  readonly MaxResults?: number | undefined;
}

export interface DescribeSnapshotResponse {
  readonly Snapshot?: DatasetSnapshot | undefined;
  readonly Counts?: DifferenceCounts | undefined;
  readonly Entries?: ReadonlyArray<EntryDifference> | undefined;
  readonly HasMore?: boolean | undefined;
}

export interface DescribeTrainingFailureRequest {
  readonly ModelArn: string;
}

export interface DescribeTrainingFailureResponse {
  readonly Message?: string | undefined;
  readonly Blame?: "data" | "stopped" | "service" | undefined;
  readonly Needs?: ReadonlyArray<TrainingNeed> | undefined;
  readonly Problems?: ReadonlyArray<TrainingProblem> | undefined;
  readonly ProblemCount?: number | undefined;
  readonly HasManifests?: boolean | undefined;
}

export interface DescribeTrainingRequest {
  readonly ModelArn: string;
}

export interface DescribeTrainingResponse {
  readonly IsUnderWay: boolean;
  readonly PackageDigest?: string | undefined;
  readonly Waits?: string | undefined;
  readonly Stage?: string | undefined;
  readonly Done?: number | undefined;
  readonly Of?: number | undefined;
  readonly SecondsLeft?: number | undefined;
  readonly Candidates?: ReadonlyArray<TrainingCandidate> | undefined;
}

export interface DescribeTrialDetectionRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
}

export interface DescribeTrialDetectionResponse {
  readonly Trial?: TrialDescription | undefined;
}

export interface DeviceDescription {
  readonly DeviceName?: string | undefined;
  readonly DeviceArn?: string | undefined;
  readonly Description?: string | undefined;
  readonly State?: "waiting" | "online" | "offline" | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly CreationDate?: string | undefined;
  readonly RegistrationDate?: string | undefined;
  readonly TokenExpiration?: string | undefined;
  readonly LastSeen?: string | undefined;
  readonly Address?: string | undefined;
  readonly AgentVersion?: string | undefined;
  readonly Machine?: DeviceMachine | undefined;
  readonly Order?: number | undefined;
  readonly ObeyedOrder?: number | undefined;
  readonly Wanted?: ReadonlyArray<WantedModel> | undefined;
  readonly Models?: ReadonlyArray<DeviceModel> | undefined;
  readonly Doing?: string | undefined;
  readonly Problem?: string | undefined;
  readonly SecondMachine?: string | undefined;
}

export interface DeviceMachine {
  readonly System?: string | undefined;
  readonly Arch?: string | undefined;
  readonly Host?: string | undefined;
  readonly Cores?: number | undefined;
  readonly Memory?: number | undefined;
  readonly FreeMemory?: number | undefined;
  readonly FreeDisk?: number | undefined;
}

export interface DeviceModel {
  readonly Name?: string | undefined;
  readonly Version?: string | undefined;
  readonly Status?: string | undefined;
  readonly Message?: string | undefined;
  readonly Answered?: number | undefined;
  readonly Waiting?: number | undefined;
  readonly IsOrdered?: boolean | undefined;
}

export interface DevicePackage {
  readonly ProjectArn?: string | undefined;
  readonly JobName?: string | undefined;
  readonly Address?: string | undefined;
  readonly PublicKey?: string | undefined;
}

export interface DeviceSummary {
  readonly DeviceName?: string | undefined;
  readonly DeviceArn?: string | undefined;
  readonly Description?: string | undefined;
  readonly State?: "waiting" | "online" | "offline" | undefined;
  readonly LastSeen?: string | undefined;
  readonly ModelCount?: number | undefined;
  readonly Problem?: string | undefined;
  readonly CreationDate?: string | undefined;
}

export interface DifferenceCounts {
  readonly Gone?: number | undefined;
  readonly New?: number | undefined;
  readonly Relabeled?: number | undefined;
  readonly Changed?: number | undefined;
  readonly Moved?: number | undefined;
}

export interface DiscardDraftsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly EntryIds?: ReadonlyArray<string> | undefined;
  readonly MinConfidence?: number | undefined;
}

export interface DismissSuggestionsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Suggestions: ReadonlyArray<SuggestionKey>;
}

export interface DownloadEdgePackageRequest {
  readonly ProjectArn: string;
  readonly JobName: string;
  readonly Part: "component" | "linux" | "recipe_json" | "recipe_yaml" | "manifest" | "sums";
}

export interface DownloadEdgePackageResponse {
  readonly Body?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ReprDigest?: string | undefined;
}

export interface DownloadModelRequest {
  readonly ModelArn: string;
  readonly Part?: "package" | "onnx" | undefined;
}

export interface DownloadModelResponse {
  readonly Body?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ReprDigest?: string | undefined;
}

export interface Draft {
  readonly EntryId?: string | undefined;
  readonly Revision?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly AnomalyClass?: string | undefined;
  readonly Boxes?: ReadonlyArray<DraftBox> | undefined;
  readonly Mask?: string | undefined;
  readonly MaskColors?: ReadonlyArray<MaskColor> | undefined;
}

export interface DraftBox {
  readonly Label?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Left?: number | undefined;
  readonly Top?: number | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
}

export interface DrainNodeRequest {
  readonly NodeName: string;
}

export interface DriftDescription {
  readonly Status?: "none" | "running" | "ready" | "failed" | undefined;
  readonly Message?: string | undefined;
  readonly Pictures?: number | undefined;
  readonly Since?: string | undefined;
  readonly Findings?: ReadonlyArray<DriftFinding> | undefined;
  readonly Examples?: ReadonlyArray<number> | undefined;
}

export interface DriftFinding {
  readonly Name?: string | undefined;
  readonly Higher?: boolean | undefined;
  readonly Distance?: number | undefined;
  readonly Usual?: number | undefined;
  readonly Now?: number | undefined;
  readonly Pictures?: number | undefined;
}

export interface EdgePackageDescription {
  readonly JobName?: string | undefined;
  readonly VersionName?: string | undefined;
  readonly ModelArn?: string | undefined;
  readonly ComponentName?: string | undefined;
  readonly ComponentVersion?: string | undefined;
  readonly Description?: string | undefined;
  readonly Arch?: "X86_64" | "ARM64" | undefined;
  readonly Accelerator?: "NVIDIA" | undefined;
  readonly Device?: "jetson_xavier" | undefined;
  readonly Precision?: "float32" | "int8" | undefined;
  readonly Status?: "created" | "running" | "succeeded" | "failed" | undefined;
  readonly Message?: string | undefined;
  readonly Address?: string | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly Parts?: ReadonlyArray<"component" | "linux" | "recipe_json" | "recipe_yaml" | "manifest" | "sums"> | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface EditedEntry {
  readonly SourceRef?: string | undefined;
  readonly Revision?: string | undefined;
}

export interface EndConsoleSessionRequest {
  readonly SessionId: string;
}

export interface EndRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface EndRoundResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface EntryBox {
  readonly Label?: string | undefined;
  readonly Left?: number | undefined;
  readonly Top?: number | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
}

export interface EntryChange {
  readonly Kind: "label" | "move" | "remove";
  readonly ClearLabels?: boolean | undefined;
  readonly RemoveLabels?: ReadonlyArray<string> | undefined;
  readonly RenameLabels?: ReadonlyArray<LabelRename> | undefined;
  readonly AddLabels?: ReadonlyArray<string> | undefined;
  readonly Unsure?: boolean | undefined;
}

export interface EntryDescription {
  readonly SourceRef?: string | undefined;
  readonly Revision?: string | undefined;
  readonly Line?: string | undefined;
  readonly Labeled?: boolean | undefined;
  readonly Problems?: ReadonlyArray<EntryProblem> | undefined;
}

export interface EntryDifference {
  readonly EntryId?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly LabelsThen?: ReadonlyArray<string> | undefined;
  readonly LabelsNow?: ReadonlyArray<string> | undefined;
  readonly PictureIsGone?: boolean | undefined;
}

export interface EntryEdit {
  readonly Line: string;
  readonly Revision?: string | undefined;
}

export interface EntryEvent {
  readonly Number?: number | undefined;
  readonly Action?: "added" | "removed" | "changed" | "moved" | undefined;
  readonly Kind?: "edit" | "update" | "import" | "copy" | "bring" | "move" | "remove" | "label" | "rename" | "drafts" | "round" | "trial" | "distribute" | "divide" | "example" | "undo" | "revert" | "restore" | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Person?: HistoryPerson | undefined;
  readonly Date?: string | undefined;
  readonly Note?: string | undefined;
  readonly LabelsBefore?: ReadonlyArray<string> | undefined;
  readonly LabelsAfter?: ReadonlyArray<string> | undefined;
}

export interface EntryFilter {
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly WithoutLabels?: ReadonlyArray<string> | undefined;
  readonly Labeled?: boolean | undefined;
  readonly HasErrors?: boolean | undefined;
  readonly AnomalyClass?: string | undefined;
  readonly BeforeCreationDate?: string | undefined;
  readonly AfterCreationDate?: string | undefined;
  readonly NameContains?: string | undefined;
  readonly PictureStates?: ReadonlyArray<"pending" | "sound" | "broken" | "missing"> | undefined;
  readonly HasTwin?: boolean | undefined;
  readonly IsShared?: boolean | undefined;
  readonly HasBoxes?: boolean | undefined;
  readonly Unsure?: boolean | undefined;
  readonly LeastSide?: number | undefined;
  readonly MostSide?: number | undefined;
  readonly LeastBytes?: number | undefined;
  readonly MostBytes?: number | undefined;
  readonly EntryIds?: ReadonlyArray<string> | undefined;
  readonly SourceRefs?: ReadonlyArray<string> | undefined;
}

export interface EntryName {
  readonly SourceRef: string;
  readonly Revision?: string | undefined;
}

export interface EntryProblem {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly Attribute?: string | undefined;
}

export interface EntrySummary {
  readonly Id?: string | undefined;
  readonly IsRemoved?: boolean | undefined;
  readonly Name?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Revision?: string | undefined;
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly Labeled?: boolean | undefined;
  readonly Unsure?: boolean | undefined;
  readonly UnsureLabels?: ReadonlyArray<string> | undefined;
  readonly AnomalyClass?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly PictureState?: "pending" | "sound" | "broken" | "missing" | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly Boxes?: ReadonlyArray<EntryBox> | undefined;
  readonly BoxesFitUpright?: boolean | undefined;
  readonly MaskRef?: string | undefined;
  readonly Problems?: ReadonlyArray<EntryProblem> | undefined;
  readonly Line?: string | undefined;
}

export interface EvaluationFinding {
  readonly Label?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Left?: number | undefined;
  readonly Top?: number | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
  readonly Outcome?: "tp" | "fp" | "fn" | "tn" | undefined;
  readonly IoU?: number | undefined;
  readonly Area?: number | undefined;
}

export interface EvaluationImage {
  readonly Number?: number | undefined;
  readonly SourceRef?: string | undefined;
  readonly Correct?: boolean | undefined;
  readonly TrueLabels?: ReadonlyArray<string> | undefined;
  readonly TrueBoxes?: ReadonlyArray<EntryBox> | undefined;
  readonly MissedBoxes?: ReadonlyArray<EntryBox> | undefined;
  readonly IsAnomalous?: boolean | undefined;
  readonly Score?: number | undefined;
  readonly Findings?: ReadonlyArray<EvaluationFinding> | undefined;
  readonly Overlaps?: ReadonlyArray<EvaluationOverlap> | undefined;
  readonly TrueMask?: EvaluationMask | undefined;
  readonly FoundMask?: EvaluationMask | undefined;
}

export interface EvaluationMask {
  readonly SourceRef?: string | undefined;
  readonly Colors?: ReadonlyArray<MaskColor> | undefined;
}

export interface EvaluationOverlap {
  readonly Label?: string | undefined;
  readonly IoU?: number | undefined;
  readonly TrueArea?: number | undefined;
  readonly FoundArea?: number | undefined;
}

export interface ExportDescription {
  readonly ExportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Format?: "manifest" | "coco" | "voc" | "yolo" | "csv" | "folder" | "labelme" | "via" | "datumaro" | "imagefolder" | "supervisely" | "fiftyone" | "roboflow" | "labelstudio" | "cvat" | "mvtec" | "visa" | undefined;
  readonly WithPictures?: boolean | undefined;
  readonly Address?: string | undefined;
  readonly Existing?: "refuse" | "replace" | undefined;
  readonly Status?: "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Files?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly LeftOut?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface FeedbackDescription {
  readonly Enabled?: boolean | undefined;
  readonly Share?: number | undefined;
  readonly MostPerDay?: number | undefined;
  readonly DoubtfulFirst?: boolean | undefined;
  readonly RetentionDays?: number | undefined;
  readonly Address?: string | undefined;
  readonly TrialId?: string | undefined;
  readonly Pause?: string | undefined;
  readonly Problem?: string | undefined;
  readonly Kept?: number | undefined;
  readonly KeptToday?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly PassedOver?: number | undefined;
  readonly UpdateDate?: string | undefined;
  readonly Drift?: DriftDescription | undefined;
}

export interface FindDifferentRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly RecentEntryIds?: ReadonlyArray<string> | undefined;
  readonly PassedEntryIds?: ReadonlyArray<string> | undefined;
}

export interface FindDifferentResponse {
  readonly Entry?: EntrySummary | undefined;
}

export interface GetBatchResultsRequest {
  readonly ProjectArn: string;
  readonly BatchId: string;
  readonly Part?: number | undefined;
}

export interface GetBatchResultsResponse {
  readonly Body?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentDisposition?: string | undefined;
}

export interface GetDeviceSigningKeyResponse {
  readonly PublicKey?: string | undefined;
}

export interface GetEvaluationColumnsRequest {
  readonly ModelArn: string;
}

export interface GetEvaluationColumnsResponse {
  readonly Body?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
}

export interface GetEvaluationSlicesRequest {
  readonly ModelArn: string;
}

export interface GetEvaluationSlicesResponse {
  readonly Images: number;
  readonly Folders: ReadonlyArray<string>;
  readonly FolderNumbers: ReadonlyArray<number>;
  readonly Widths?: ReadonlyArray<number> | undefined;
  readonly Heights?: ReadonlyArray<number> | undefined;
  readonly Brightness?: ReadonlyArray<number> | undefined;
  readonly Taken?: ReadonlyArray<string> | undefined;
  readonly Cameras?: ReadonlyArray<string> | undefined;
  readonly CameraNumbers?: ReadonlyArray<number> | undefined;
}

export interface GetHeatMapRequest {
  readonly ModelArn: string;
  readonly SourceRef?: string | undefined;
  readonly Bytes?: string | undefined;
  readonly Labels?: ReadonlyArray<string> | undefined;
}

export interface GetHeatMapResponse {
  readonly Width: number;
  readonly Height: number;
  readonly HeatMaps: ReadonlyArray<HeatMap>;
  readonly IsAnomalous?: boolean | undefined;
}

export interface GetImportManifestRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
}

export interface GetImportManifestResponse {
  readonly Body?: string | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentDisposition?: string | undefined;
}

export interface GetMyRoundRequest {
  readonly RoundId: string;
}

export interface GetMyRoundResponse {
  readonly Round?: MyRound | undefined;
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
}

export interface GetTrainingReportRequest {
  readonly ModelArn: string;
}

export interface GetTrainingReportResponse {
  readonly Task?: string | undefined;
  readonly TrainImages?: number | undefined;
  readonly TestImages?: number | undefined;
  readonly Correct?: number | undefined;
  readonly Precision?: number | undefined;
  readonly Recall?: number | undefined;
  readonly F1Score?: number | undefined;
  readonly Budget?: string | undefined;
  readonly Seconds?: number | undefined;
  readonly Labels?: ReadonlyArray<TrainingLabelReport> | undefined;
  readonly Candidates?: ReadonlyArray<TrainingCandidate> | undefined;
  readonly MoreImagesOf?: string | undefined;
  readonly MoreImagesQuality?: number | undefined;
  readonly TrainedAtAws?: boolean | undefined;
  readonly Backbone?: string | undefined;
}

export interface GetTrialMaskRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
  readonly PictureId: number;
}

export interface GetTrialMaskResponse {
  readonly Body?: string | undefined;
}

export interface GetUserRequest {
  readonly UserName: string;
}

export interface GetUserResponse {
  readonly UserName?: string | undefined;
  readonly UserId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: string | undefined;
  readonly Policies?: ReadonlyArray<string> | undefined;
  readonly GroupPolicies?: ReadonlyArray<string> | undefined;
  readonly Groups?: ReadonlyArray<string> | undefined;
  readonly AccessKeys?: ReadonlyArray<AccessKeySummary> | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly SecondFactors?: number | undefined;
}

export interface GetVersionThresholdsRequest {
  readonly ModelArn: string;
}

export interface GetVersionThresholdsResponse {
  readonly Thresholds: ReadonlyArray<VersionThreshold>;
  readonly UseOnWire: boolean;
  readonly Revision: string;
}

export interface GroupSummary {
  readonly GroupName?: string | undefined;
  readonly Users?: ReadonlyArray<string> | undefined;
  readonly Policies?: ReadonlyArray<string> | undefined;
}

export interface HandBackRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface HandBackRoundResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface HeatMap {
  readonly Label: string;
  readonly Confidence: number;
  readonly Scale: "relative" | "probability";
  readonly Width: number;
  readonly Height: number;
  readonly Body: string;
}

export interface HistoryChange {
  readonly Number?: number | undefined;
  readonly Kind?: "edit" | "update" | "import" | "copy" | "bring" | "move" | "remove" | "label" | "rename" | "drafts" | "round" | "trial" | "distribute" | "divide" | "example" | "undo" | "revert" | "restore" | undefined;
  readonly Person?: HistoryPerson | undefined;
  readonly StartDate?: string | undefined;
  readonly EndDate?: string | undefined;
  readonly Added?: number | undefined;
  readonly Removed?: number | undefined;
  readonly Changed?: number | undefined;
  readonly Labels?: ReadonlyArray<HistoryLabel> | undefined;
  readonly Note?: string | undefined;
  readonly Reverts?: number | undefined;
  readonly RevertedBy?: number | undefined;
  readonly Moved?: "out" | "in" | undefined;
  readonly CanRevert?: boolean | undefined;
}

export interface HistoryDay {
  readonly Day?: string | undefined;
  readonly Person?: HistoryPerson | undefined;
  readonly Kind?: "edit" | "update" | "import" | "copy" | "bring" | "move" | "remove" | "label" | "rename" | "drafts" | "round" | "trial" | "distribute" | "divide" | "example" | "undo" | "revert" | "restore" | undefined;
  readonly Changes?: number | undefined;
  readonly Entries?: number | undefined;
}

export interface HistoryLabel {
  readonly Name?: string | undefined;
  readonly Gained?: number | undefined;
  readonly Lost?: number | undefined;
}

export interface HistoryPerson {
  readonly Arn?: string | undefined;
  readonly Name?: string | undefined;
}

export interface ImportCodeSummary {
  readonly Code?: string | undefined;
  readonly Severity?: "refused" | "error" | "warning" | undefined;
  readonly Count?: number | undefined;
  readonly Advice?: string | undefined;
  readonly AdviceName?: string | undefined;
  readonly Mends?: ReadonlyArray<"leave-out" | "restore" | "edit" | "mend-json" | "find-picture" | "clip-boxes" | "drop-boxes" | "largest-boxes" | "name-classes" | "complete" | "drop-labels" | "drop-halves" | "shorten-labels" | "other-picture" | "mend-address"> | undefined;
}

export interface ImportDescription {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface ImportFile {
  readonly Path: string;
  readonly Offset: number;
  readonly Body: string;
}

export interface ImportLabelChange {
  readonly From: string;
  readonly To: string;
}

export interface ImportLabelSummary {
  readonly Name?: string | undefined;
  readonly Pictures?: number | undefined;
  readonly Boxes?: number | undefined;
  readonly To?: string | undefined;
}

export interface ImportLine {
  readonly Number?: number | undefined;
  readonly Name?: string | undefined;
  readonly Text?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Problems?: ReadonlyArray<ImportProblem> | undefined;
  readonly Mends?: ReadonlyArray<"leave-out" | "restore" | "edit" | "mend-json" | "find-picture" | "clip-boxes" | "drop-boxes" | "largest-boxes" | "name-classes" | "complete" | "drop-labels" | "drop-halves" | "shorten-labels" | "other-picture" | "mend-address"> | undefined;
  readonly IsLeftOut?: boolean | undefined;
  readonly IsMended?: boolean | undefined;
  readonly IsRefused?: boolean | undefined;
}

export interface ImportOptions {
  readonly Labels?: ReadonlyArray<ImportLabelChange> | undefined;
  readonly Divide?: boolean | undefined;
  readonly Existing?: "keep" | "replace" | undefined;
  readonly WithUnlabeled?: boolean | undefined;
}

export interface ImportPicture {
  readonly Path: string;
  readonly SourceRef?: string | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
  readonly Problem?: string | undefined;
}

export interface ImportProblem {
  readonly Code?: string | undefined;
  readonly AdviceName?: string | undefined;
  readonly Message?: string | undefined;
  readonly Severity?: "refused" | "error" | "warning" | undefined;
  readonly Attribute?: string | undefined;
  readonly Index?: number | undefined;
}

export interface ImportResult {
  readonly Train?: number | undefined;
  readonly Test?: number | undefined;
  readonly Added?: number | undefined;
  readonly Replaced?: number | undefined;
  readonly Present?: number | undefined;
}

export interface ImportSource {
  readonly Kind: "files" | "bucket" | "dataset";
  readonly Format: "folder" | "manifest" | "groundtruth" | "coco" | "voc" | "yolo" | "csv" | "labelstudio" | "cvat" | "labelme" | "via" | "datumaro" | "imagefolder" | "mvtec" | "visa" | "supervisely" | "fiftyone" | "roboflow" | "masks";
  readonly Address?: string | undefined;
  readonly ProjectArn?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly FolderLabels?: "none" | "first" | "last" | undefined;
  readonly MasksFrom?: "none" | "polygons" | "shapes" | undefined;
}

export interface ImportSplit {
  readonly Train?: number | undefined;
  readonly Test?: number | undefined;
  readonly Problem?: string | undefined;
  readonly Labels?: ReadonlyArray<ImportSplitLabel> | undefined;
}

export interface ImportSplitLabel {
  readonly Name?: string | undefined;
  readonly Train?: number | undefined;
  readonly Test?: number | undefined;
}

export interface ImportSummary {
  readonly Lines?: number | undefined;
  readonly Usable?: number | undefined;
  readonly Refused?: number | undefined;
  readonly WithErrors?: number | undefined;
  readonly Unlabeled?: number | undefined;
  readonly LeftOut?: number | undefined;
  readonly Mended?: number | undefined;
  readonly Notes?: number | undefined;
  readonly Bucket?: string | undefined;
  readonly Labels?: ReadonlyArray<ImportLabelSummary> | undefined;
  readonly Codes?: ReadonlyArray<ImportCodeSummary> | undefined;
  readonly Split?: ImportSplit | undefined;
}

export interface KeyPackageUse {
  readonly ComponentName?: string | undefined;
  readonly ComponentVersion?: string | undefined;
  readonly Bytes?: number | undefined;
  readonly DeviceArns?: ReadonlyArray<string> | undefined;
}

export interface KeyUse {
  readonly BucketName?: string | undefined;
  readonly IsDefault?: boolean | undefined;
  readonly Objects?: number | undefined;
  readonly Bytes?: number | undefined;
}

export interface LabelConfusion {
  readonly One?: string | undefined;
  readonly Other?: string | undefined;
  readonly Pictures?: number | undefined;
}

export interface LabelCount {
  readonly Name?: string | undefined;
  readonly Pictures?: number | undefined;
  readonly Boxed?: number | undefined;
}

export interface LabelRename {
  readonly From: string;
  readonly To: string;
}

export interface LabelSetting {
  readonly Name: string;
  readonly Color?: string | undefined;
  readonly Key?: string | undefined;
}

export interface ListAliasesRequest {
  readonly ProjectArn: string;
}

export interface ListAliasesResponse {
  readonly Aliases: ReadonlyArray<VersionAlias>;
}

export interface ListBackbonesResponse {
  readonly Backbones?: ReadonlyArray<BackboneDescription> | undefined;
}

export interface ListBatchDetectionsRequest {
  readonly ProjectArn: string;
}

export interface ListBatchDetectionsResponse {
  readonly Batches?: ReadonlyArray<BatchDescription> | undefined;
}

export interface ListChangesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly PersonArn?: string | undefined;
  readonly Kinds?: ReadonlyArray<"edit" | "update" | "import" | "copy" | "bring" | "move" | "remove" | "label" | "rename" | "drafts" | "round" | "trial" | "distribute" | "divide" | "example" | "undo" | "revert" | "restore"> | undefined;
  readonly Label?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Since?: string | undefined;
  readonly Until?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListChangesResponse {
  readonly Changes?: ReadonlyArray<HistoryChange> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListComparedImagesRequest {
  readonly FirstModelArn: string;
  readonly SecondModelArn: string;
  readonly Kind: "better" | "worse" | "both-right" | "both-wrong";
  readonly Offset?: number | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListComparedImagesResponse {
  readonly Images: ReadonlyArray<ComparedImage>;
  readonly Total: number;
}

export interface ListConsoleSessionsRequest {
  readonly UserName?: string | undefined;
}

export interface ListConsoleSessionsResponse {
  readonly Sessions?: ReadonlyArray<ConsoleSessionSummary> | undefined;
}

export interface ListDevicesRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListDevicesResponse {
  readonly Devices?: ReadonlyArray<DeviceSummary> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListDismissedSuggestionsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly MaxResults?: number | undefined;
}

export interface ListDismissedSuggestionsResponse {
  readonly Total?: number | undefined;
  readonly Suggestions?: ReadonlyArray<Suggestion> | undefined;
}

export interface ListDraftsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly EntryIds?: ReadonlyArray<string> | undefined;
  readonly MinConfidence?: number | undefined;
  readonly MaxResults?: number | undefined;
  readonly WithMasks?: boolean | undefined;
}

export interface ListDraftsResponse {
  readonly Status?: "none" | "running" | "ready" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Count?: number | undefined;
  readonly Drafts?: ReadonlyArray<Draft> | undefined;
}

export interface ListEdgePackagesRequest {
  readonly ProjectArn: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListEdgePackagesResponse {
  readonly Packages?: ReadonlyArray<EdgePackageDescription> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly Labeled?: boolean | undefined;
  readonly HasErrors?: boolean | undefined;
  readonly AnomalyClass?: string | undefined;
  readonly BeforeCreationDate?: string | undefined;
  readonly AfterCreationDate?: string | undefined;
  readonly SourceRefContains?: string | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListEntriesResponse {
  readonly Entries?: ReadonlyArray<EntryDescription> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListEntryEventsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly SourceRef: string;
}

export interface ListEntryEventsResponse {
  readonly Events?: ReadonlyArray<EntryEvent> | undefined;
}

export interface ListEvaluationImagesRequest {
  readonly ModelArn: string;
  readonly Numbers: ReadonlyArray<number>;
}

export interface ListEvaluationImagesResponse {
  readonly Images?: ReadonlyArray<EvaluationImage> | undefined;
}

export interface ListExportsRequest {
  readonly ProjectArn: string;
}

export interface ListExportsResponse {
  readonly Exports?: ReadonlyArray<ExportDescription> | undefined;
}

export interface ListGroupsResponse {
  readonly Groups?: ReadonlyArray<GroupSummary> | undefined;
}

export interface ListImportLinesRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
  readonly Codes?: ReadonlyArray<string> | undefined;
  readonly HasProblems?: boolean | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListImportLinesResponse {
  readonly Lines?: ReadonlyArray<ImportLine> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListImportsRequest {
  readonly ProjectArn: string;
}

export interface ListImportsResponse {
  readonly Imports?: ReadonlyArray<ImportDescription> | undefined;
}

export interface ListKeyUsesRequest {
  readonly KeyId: string;
}

export interface ListKeyUsesResponse {
  readonly KeyArn?: string | undefined;
  readonly ModelArns?: ReadonlyArray<string> | undefined;
  readonly MoreModels?: boolean | undefined;
  readonly Buckets?: ReadonlyArray<KeyUse> | undefined;
  readonly DevicePackages?: ReadonlyArray<KeyPackageUse> | undefined;
}

export interface ListLabelSettingsRequest {
  readonly ProjectArn: string;
}

export interface ListLabelSettingsResponse {
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
}

export interface ListLoopsRequest {
  readonly ProjectArn: string;
}

export interface ListLoopsResponse {
  readonly Loops?: ReadonlyArray<LoopDescription> | undefined;
}

export interface ListMyRoundsResponse {
  readonly Rounds?: ReadonlyArray<MyRound> | undefined;
}

export interface ListMyTasksRequest {
  readonly RoundId: string;
  readonly Show?: "all" | "unlabelled" | "labelled" | undefined;
  readonly Offset?: number | undefined;
  readonly AroundEntryId?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly SourceRef?: string | undefined;
}

export interface ListMyTasksResponse {
  readonly Tasks?: ReadonlyArray<MyTask> | undefined;
  readonly Offset?: number | undefined;
  readonly Total?: number | undefined;
}

export interface ListNextStepsRequest {
  readonly ProjectArn: string;
}

export interface ListNextStepsResponse {
  readonly Steps?: ReadonlyArray<NextStep> | undefined;
}

export interface ListNotificationsResponse {
  readonly Topics?: ReadonlyArray<NotificationTopic> | undefined;
  readonly Deliveries?: ReadonlyArray<NotificationDelivery> | undefined;
  readonly Problem?: string | undefined;
}

export interface ListPoliciesResponse {
  readonly Policies?: ReadonlyArray<PolicySummary> | undefined;
}

export interface ListRoundPeopleRequest {
  readonly ProjectArn: string;
}

export interface ListRoundPeopleResponse {
  readonly UserNames?: ReadonlyArray<string> | undefined;
  readonly Groups?: ReadonlyArray<RoundGroup> | undefined;
}

export interface ListRoundPicturesRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
  readonly Status?: "open" | "answered" | "sent-back" | "accepted" | "set-aside" | undefined;
  readonly UserId?: string | undefined;
  readonly Disagreeing?: boolean | undefined;
  readonly Outcome?: "" | "handed-back" | "conflict" | "removed" | "kept" | undefined;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListRoundPicturesResponse {
  readonly Pictures?: ReadonlyArray<RoundPicture> | undefined;
  readonly NextToken?: string | undefined;
}

export interface ListRoundsRequest {
  readonly ProjectArn: string;
  readonly DatasetType?: "train" | "test" | undefined;
}

export interface ListRoundsResponse {
  readonly Rounds?: ReadonlyArray<RoundSummary> | undefined;
}

export interface ListSnapshotsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly VersionName?: string | undefined;
}

export interface ListSnapshotsResponse {
  readonly Snapshots?: ReadonlyArray<DatasetSnapshot> | undefined;
  readonly Restoration?: Restoration | undefined;
}

export interface ListSuggestionsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Kinds?: ReadonlyArray<"mislabelled" | "boxes" | "odd" | "teach" | "shared" | "broken"> | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListSuggestionsResponse {
  readonly Status?: "none" | "running" | "ready" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly IsStale?: boolean | undefined;
  readonly LookedAt?: number | undefined;
  readonly Of?: number | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly EndDate?: string | undefined;
  readonly Suggestions?: ReadonlyArray<Suggestion> | undefined;
}

export interface ListTrialDetectionsRequest {
  readonly ProjectArn: string;
}

export interface ListTrialDetectionsResponse {
  readonly Trials?: ReadonlyArray<TrialDescription> | undefined;
}

export interface ListTrialPicturesRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
  readonly State?: "waiting" | "answered" | "unreadable" | undefined;
  readonly Verified?: boolean | undefined;
  readonly Verdict?: "none" | "correct" | "incorrect" | "corrected" | undefined;
  readonly PictureIds?: ReadonlyArray<number> | undefined;
  readonly SourceRef?: string | undefined;
  readonly Order?: "doubt" | "confidence" | "number" | undefined;
  readonly Offset?: number | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListTrialPicturesResponse {
  readonly Pictures?: ReadonlyArray<TrialPicture> | undefined;
  readonly Total?: number | undefined;
}

export interface ListUsageRequest {
  readonly ProjectArn?: string | undefined;
  readonly Edges: ReadonlyArray<string>;
}

export interface ListUsageResponse {
  readonly Versions?: ReadonlyArray<VersionUsage> | undefined;
}

export interface ListUsersResponse {
  readonly Users?: ReadonlyArray<UserSummary> | undefined;
}

export interface ListVersionChangesRequest {
  readonly ProjectArn: string;
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
}

export interface ListVersionChangesResponse {
  readonly Versions?: ReadonlyArray<VersionChange> | undefined;
  readonly Since?: VersionChange | undefined;
  readonly NextToken?: string | undefined;
}

export interface LoopDescription {
  readonly LoopId?: string | undefined;
  readonly LoopName?: string | undefined;
  readonly VersionName?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | "stopped" | undefined;
  readonly Step?: "begin" | "look" | "choose" | "share" | "label" | "train" | "order" | "learn" | "compare" | "move" | "start" | "switch" | "retire" | "end" | undefined;
  readonly Message?: string | undefined;
  readonly NeedsConfirmation?: boolean | undefined;
  readonly CreatedBy?: string | undefined;
  readonly Address?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly AliasName?: string | undefined;
  readonly MaxPictures?: number | undefined;
  readonly TestShare?: number | undefined;
  readonly Automatic?: boolean | undefined;
  readonly StopOld?: boolean | undefined;
  readonly TrialId?: string | undefined;
  readonly RoundIds?: ReadonlyArray<string> | undefined;
  readonly Pictures?: ReadonlyArray<LoopPicture> | undefined;
  readonly NewVersionName?: string | undefined;
  readonly Verdict?: "better" | "worse" | "unclear" | "none" | undefined;
  readonly PValue?: number | undefined;
  readonly LookedAt?: number | undefined;
  readonly Labeled?: number | undefined;
  readonly Compared?: number | undefined;
  readonly OldCorrect?: number | undefined;
  readonly NewCorrect?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface LoopPicture {
  readonly SourceRef?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Doubt?: number | undefined;
}

export interface MaskColor {
  readonly Name?: string | undefined;
  readonly Color?: string | undefined;
}

export interface MendImportLinesRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
  readonly Kind: "leave-out" | "restore" | "edit" | "mend-json" | "find-picture" | "clip-boxes" | "drop-boxes" | "largest-boxes" | "name-classes" | "complete" | "drop-labels" | "drop-halves" | "shorten-labels" | "other-picture" | "mend-address";
  readonly Numbers?: ReadonlyArray<number> | undefined;
  readonly Code?: string | undefined;
  readonly Value?: string | undefined;
}

export interface MendImportLinesResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
  readonly Lines?: ReadonlyArray<ImportLine> | undefined;
  readonly Problems?: ReadonlyArray<string> | undefined;
}

export interface MoveEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Entries: ReadonlyArray<EntryName>;
}

export interface MyRound {
  readonly RoundId?: string | undefined;
  readonly Name?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly Service?: string | undefined;
  readonly Task?: "labels" | "boxes" | "masks" | undefined;
  readonly Status?: "draft" | "open" | "review" | "handing-back" | "handed-back" | "cancelled" | undefined;
  readonly Instructions?: string | undefined;
  readonly Examples?: ReadonlyArray<RoundExample> | undefined;
  readonly Deadline?: string | undefined;
  readonly JobName?: string | undefined;
  readonly MaskFolder?: string | undefined;
  readonly Open?: number | undefined;
  readonly Answered?: number | undefined;
  readonly SentBack?: number | undefined;
  readonly Accepted?: number | undefined;
  readonly Region?: string | undefined;
  readonly ProjectArn?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Late?: "accept" | "refuse" | undefined;
}

export interface MyTask {
  readonly EntryId?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Status?: "open" | "answered" | "sent-back" | "accepted" | "set-aside" | undefined;
  readonly Line?: string | undefined;
  readonly Revision?: string | undefined;
  readonly Comments?: ReadonlyArray<RoundComment> | undefined;
  readonly Kind?: "given" | "nothing" | "unsure" | "skipped" | undefined;
  readonly Note?: string | undefined;
}

export interface NextStep {
  readonly Kind?: "add-pictures" | "errors" | "broken" | "unsure" | "label" | "labels" | "pictures" | "normal" | "anomaly" | "untested" | "more-of" | "train" | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Count?: number | undefined;
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly IsNeeded?: boolean | undefined;
}

export interface NoteAnswerRequest {
  readonly RoundId: string;
  readonly EntryId: string;
  readonly Note: string;
}

export interface NoteAnswerResponse {
  readonly Task?: MyTask | undefined;
}

export interface NotificationDelivery {
  readonly DeliveryId?: string | undefined;
  readonly TopicName?: string | undefined;
  readonly Kind?: string | undefined;
  readonly State?: string | undefined;
  readonly CreateDate?: string | undefined;
  readonly NextDate?: string | undefined;
  readonly Tries?: number | undefined;
  readonly Problem?: string | undefined;
}

export interface NotificationTopic {
  readonly TopicName?: string | undefined;
  readonly TopicArn?: string | undefined;
  readonly WebhookHost?: string | undefined;
  readonly Signed?: boolean | undefined;
  readonly Form?: string | undefined;
  readonly Events?: ReadonlyArray<string> | undefined;
  readonly HasCommand?: boolean | undefined;
  readonly Emails?: number | undefined;
  readonly Waiting?: number | undefined;
  readonly Sent?: number | undefined;
  readonly GivenUp?: number | undefined;
  readonly LastProblem?: string | undefined;
  readonly LastProblemDate?: string | undefined;
}

export interface PersonAgreement {
  readonly UserId?: string | undefined;
  readonly UserName?: string | undefined;
  readonly Answered?: number | undefined;
  readonly Accepted?: number | undefined;
  readonly SentBack?: number | undefined;
  readonly Compared?: number | undefined;
  readonly Agreed?: number | undefined;
  readonly MeanAgreement?: number | undefined;
  readonly Open?: number | undefined;
  readonly Late?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly Unsure?: number | undefined;
  readonly SecondsPerPicture?: number | undefined;
  readonly LastAnswerDate?: string | undefined;
}

export interface PolicySummary {
  readonly PolicyName?: string | undefined;
  readonly IsBuiltIn?: boolean | undefined;
  readonly PolicyDocument?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface PolicyWarning {
  readonly Kind?: "everybody" | "no-account" | "no-person" | "other-project" | undefined;
  readonly Statement?: string | undefined;
  readonly Name?: string | undefined;
}

export interface PreviewHandBackRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
}

export interface PreviewHandBackResponse {
  readonly Ready?: number | undefined;
  readonly Unchanged?: number | undefined;
  readonly Conflicts?: number | undefined;
  readonly Removed?: number | undefined;
  readonly Unreviewed?: number | undefined;
  readonly Unanswered?: number | undefined;
  readonly Labels?: ReadonlyArray<LabelCount> | undefined;
}

export interface PreviewTrainingRequest {
  readonly ProjectArn: string;
}

export interface PreviewTrainingResponse {
  readonly CanTrain?: boolean | undefined;
  readonly Needs?: ReadonlyArray<TrainingNeed> | undefined;
  readonly Task?: string | undefined;
  readonly Split?: "dataset" | "divide" | "once" | undefined;
  readonly TrainImages?: number | undefined;
  readonly TestImages?: number | undefined;
  readonly Unusable?: number | undefined;
  readonly Unlabeled?: number | undefined;
  readonly Labels?: ReadonlyArray<TrainingLabel> | undefined;
  readonly DefaultBudget?: "fast" | "balanced" | "best" | undefined;
  readonly OutputBucket?: string | undefined;
  readonly OutputPrefix?: string | undefined;
  readonly HasOutputBucket?: boolean | undefined;
  readonly Estimates?: ReadonlyArray<TrainingEstimate> | undefined;
  readonly Backbones?: ReadonlyArray<BackboneDescription> | undefined;
}

export interface PutPolicyRequest {
  readonly PolicyName: string;
  readonly PolicyDocument: string;
}

export interface PutPolicyResponse {
  readonly PolicyName?: string | undefined;
  readonly IsBuiltIn?: boolean | undefined;
  readonly PolicyDocument?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface PutRoundMaskRequest {
  readonly RoundId: string;
  readonly SourceRef: string;
  readonly Body: string;
}

export interface PutRoundMaskResponse {
  readonly SourceRef?: string | undefined;
}

export interface PutVersionThresholdsRequest {
  readonly ModelArn: string;
  readonly Thresholds?: ReadonlyArray<ThresholdChoice> | undefined;
  readonly Reset?: ReadonlyArray<string> | undefined;
  readonly ResetAll?: boolean | undefined;
  readonly UseOnWire?: boolean | undefined;
  readonly Revision?: string | undefined;
}

export interface PutVersionThresholdsResponse {
  readonly Thresholds: ReadonlyArray<VersionThreshold>;
  readonly UseOnWire: boolean;
  readonly Revision: string;
}

export interface QueryEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Filter?: EntryFilter | undefined;
  readonly SortBy?: "position" | "name" | "added" | "label" | "size" | "unlike" | "alike" | undefined;
  readonly Descending?: boolean | undefined;
  readonly Offset?: number | undefined;
  readonly AroundEntryId?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly Snapshot?: string | undefined;
  readonly WithLines?: boolean | undefined;
}

export interface QueryEntriesResponse {
  readonly Snapshot?: string | undefined;
  readonly Total?: number | undefined;
  readonly Offset?: number | undefined;
  readonly IsStale?: boolean | undefined;
  readonly IsPending?: boolean | undefined;
  readonly Entries?: ReadonlyArray<EntrySummary> | undefined;
}

export interface ReadImportRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
  readonly Source?: ImportSource | undefined;
}

export interface ReadImportResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface ReassignTasksRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
  readonly UserId: string;
  readonly ToUserIds: ReadonlyArray<string>;
}

export interface ReassignTasksResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface RemoveEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Entries: ReadonlyArray<EntryName>;
}

export interface RemoveSecondFactorsRequest {
  readonly UserName: string;
}

export interface RemoveSecondFactorsResponse {
  readonly Removed?: number | undefined;
}

export interface ResolveRoundConflictsRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
  readonly Choices: ReadonlyArray<RoundConflictChoice>;
}

export interface ResolveRoundConflictsResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface Restoration {
  readonly RestorationId?: string | undefined;
  readonly SnapshotId?: string | undefined;
  readonly Number?: number | undefined;
  readonly Name?: string | undefined;
  readonly BeforeSnapshotId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly EndDate?: string | undefined;
}

export interface RestoreSnapshotRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly SnapshotId: string;
  readonly OnlyLabels?: boolean | undefined;
}

export interface RestoreSnapshotResponse {
  readonly RestorationId?: string | undefined;
  readonly SnapshotId?: string | undefined;
  readonly Number?: number | undefined;
  readonly Name?: string | undefined;
  readonly BeforeSnapshotId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly EndDate?: string | undefined;
}

export interface RestoreSuggestionsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Suggestions: ReadonlyArray<SuggestionKey>;
}

export interface ResumeBatchDetectionRequest {
  readonly ProjectArn: string;
  readonly BatchId: string;
}

export interface ResumeBatchDetectionResponse {
  readonly Batch?: BatchDescription | undefined;
}

export interface ResumeNodeRequest {
  readonly NodeName: string;
}

export interface RevertChangeRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Number: number;
}

export interface RevertChangeResponse {
  readonly RestorationId?: string | undefined;
  readonly SnapshotId?: string | undefined;
  readonly Number?: number | undefined;
  readonly Name?: string | undefined;
  readonly BeforeSnapshotId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly EndDate?: string | undefined;
}

export interface ReviewAnswersRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
  readonly Verdicts?: ReadonlyArray<RoundVerdict> | undefined;
  readonly AcceptAgreed?: boolean | undefined;
}

export interface ReviewAnswersResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface RollBackAliasRequest {
  readonly ProjectArn: string;
  readonly AliasName: string;
  readonly Reason?: string | undefined;
  readonly ExpectedVersion?: string | undefined;
  readonly AllowIdle?: boolean | undefined;
}

export interface RollBackAliasResponse {
  readonly Alias: VersionAlias;
}

export interface RoundAnswer {
  readonly UserId?: string | undefined;
  readonly UserName?: string | undefined;
  readonly Status?: "open" | "answered" | "sent-back" | "accepted" | "set-aside" | undefined;
  readonly Line?: string | undefined;
  readonly Revision?: string | undefined;
  readonly AnswerDate?: string | undefined;
  readonly Comments?: ReadonlyArray<RoundComment> | undefined;
  readonly Kind?: "given" | "nothing" | "unsure" | "skipped" | undefined;
  readonly Note?: string | undefined;
}

export interface RoundAnswerEdit {
  readonly Line: string;
  readonly Revision?: string | undefined;
}

export interface RoundComment {
  readonly Author?: string | undefined;
  readonly Text?: string | undefined;
  readonly Date?: string | undefined;
}

export interface RoundConflictChoice {
  readonly EntryId: string;
  readonly Take: "round" | "dataset";
  readonly Revision?: string | undefined;
}

export interface RoundCounts {
  readonly Pictures?: number | undefined;
  readonly Doubled?: number | undefined;
  readonly Tasks?: number | undefined;
  readonly Open?: number | undefined;
  readonly Answered?: number | undefined;
  readonly SentBack?: number | undefined;
  readonly Accepted?: number | undefined;
  readonly SetAside?: number | undefined;
  readonly Compared?: number | undefined;
  readonly Agreed?: number | undefined;
  readonly HandedBack?: number | undefined;
  readonly Conflicts?: number | undefined;
  readonly Removed?: number | undefined;
}

export interface RoundExample {
  readonly SourceRef: string;
  readonly Note?: string | undefined;
  readonly Kind?: "" | "right" | "wrong" | undefined;
}

export interface RoundGroup {
  readonly GroupName?: string | undefined;
  readonly UserNames?: ReadonlyArray<string> | undefined;
}

export interface RoundPerson {
  readonly UserId?: string | undefined;
  readonly UserName?: string | undefined;
}

export interface RoundPicture {
  readonly Number?: number | undefined;
  readonly EntryId?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Outcome?: "" | "handed-back" | "conflict" | "removed" | "kept" | undefined;
  readonly Agreement?: number | undefined;
  readonly Agrees?: boolean | undefined;
  readonly Answers?: ReadonlyArray<RoundAnswer> | undefined;
  readonly CurrentLine?: string | undefined;
  readonly CurrentRevision?: string | undefined;
}

export interface RoundSummary {
  readonly RoundId?: string | undefined;
  readonly ProjectArn?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Name?: string | undefined;
  readonly Task?: "labels" | "boxes" | "masks" | undefined;
  readonly Status?: "draft" | "open" | "review" | "handing-back" | "handed-back" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Instructions?: string | undefined;
  readonly Examples?: ReadonlyArray<RoundExample> | undefined;
  readonly DoubleShare?: number | undefined;
  readonly Deadline?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly JobName?: string | undefined;
  readonly People?: ReadonlyArray<RoundPerson> | undefined;
  readonly Counts?: RoundCounts | undefined;
  readonly Late?: "accept" | "refuse" | undefined;
}

export interface RoundVerdict {
  readonly EntryId: string;
  readonly UserId: string;
  readonly Verdict: "accept" | "send-back";
  readonly Comment?: string | undefined;
  readonly Revision?: string | undefined;
}

export interface RunImportRequest {
  readonly ProjectArn: string;
  readonly ImportId: string;
}

export interface RunImportResponse {
  readonly ImportId?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Source?: ImportSource | undefined;
  readonly Options?: ImportOptions | undefined;
  readonly Status?: "open" | "reading" | "ready" | "mending" | "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly Pieces?: number | undefined;
  readonly Summary?: ImportSummary | undefined;
  readonly Problem?: string | undefined;
  readonly Result?: ImportResult | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface SendTestNotificationRequest {
  readonly TopicName: string;
}

export interface SendTestNotificationResponse {
  readonly DeliveryId?: string | undefined;
}

export interface ServingLabel {
  readonly Label?: string | undefined;
  readonly Threshold?: number | undefined;
  readonly Color?: string | undefined;
}

export interface SetAliasRequest {
  readonly ModelArn: string;
  readonly AliasName: string;
  readonly Reason?: string | undefined;
  readonly ExpectedVersion?: string | undefined;
  readonly AllowIdle?: boolean | undefined;
}

export interface SetAliasResponse {
  readonly Alias: VersionAlias;
}

export interface SnapshotLabel {
  readonly Name?: string | undefined;
  readonly Pictures?: number | undefined;
}

export interface StartBatchDetectionRequest {
  readonly ProjectArn: string;
  readonly VersionName: string;
  readonly BatchName: string;
  readonly Source: string;
  readonly Address: string;
  readonly Format?: "jsonl" | undefined;
  readonly MinConfidence?: number | undefined;
}

export interface StartBatchDetectionResponse {
  readonly Batch?: BatchDescription | undefined;
}

export interface StartDraftsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly MaxEntries?: number | undefined;
}

export interface StartDraftsResponse {
  readonly Status?: "none" | "running" | "ready" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Count?: number | undefined;
}

export interface StartEdgePackageRequest {
  readonly ModelArn: string;
  readonly ComponentName: string;
  readonly Address: string;
  readonly ComponentVersion?: string | undefined;
  readonly Description?: string | undefined;
  readonly Arch?: "X86_64" | "ARM64" | undefined;
  readonly Accelerator?: "NVIDIA" | undefined;
  readonly Device?: "jetson_xavier" | undefined;
  readonly CompilerOptions?: string | undefined;
  readonly Precision?: "float32" | "int8" | undefined;
  readonly KmsKeyId?: string | undefined;
}

export interface StartEdgePackageResponse {
  readonly Package?: EdgePackageDescription | undefined;
}

export interface StartLoopRequest {
  readonly ProjectArn: string;
  readonly LoopName: string;
  readonly VersionName?: string | undefined;
  readonly AliasName?: string | undefined;
  readonly Address?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly MaxPictures?: number | undefined;
  readonly Task?: "labels" | "boxes" | "masks" | undefined;
  readonly UserNames?: ReadonlyArray<string> | undefined;
  readonly GroupNames?: ReadonlyArray<string> | undefined;
  readonly TestShare?: number | undefined;
  readonly Automatic?: boolean | undefined;
  readonly StopOld?: boolean | undefined;
}

export interface StartLoopResponse {
  readonly Loop?: LoopDescription | undefined;
}

export interface StartSuggestionsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
}

export interface StartSuggestionsResponse {
  readonly Status?: "none" | "running" | "ready" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly IsStale?: boolean | undefined;
  readonly LookedAt?: number | undefined;
  readonly Of?: number | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly EndDate?: string | undefined;
}

export interface StartTrialDetectionRequest {
  readonly ProjectArn: string;
  readonly VersionName: string;
  readonly TrialName: string;
  readonly Address?: string | undefined;
  readonly SourceRefs?: ReadonlyArray<string> | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
}

export interface StartTrialDetectionResponse {
  readonly Trial?: TrialDescription | undefined;
}

export interface StopBatchDetectionRequest {
  readonly ProjectArn: string;
  readonly BatchId: string;
}

export interface StopBatchDetectionResponse {
  readonly Batch?: BatchDescription | undefined;
}

export interface StopDraftsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
}

export interface StopDraftsResponse {
  readonly Status?: "none" | "running" | "ready" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Count?: number | undefined;
}

export interface StopLoopRequest {
  readonly ProjectArn: string;
  readonly LoopId: string;
}

export interface StopLoopResponse {
  readonly Loop?: LoopDescription | undefined;
}

export interface StopSuggestionsRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
}

export interface StopSuggestionsResponse {
  readonly Status?: "none" | "running" | "ready" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly IsStale?: boolean | undefined;
  readonly LookedAt?: number | undefined;
  readonly Of?: number | undefined;
  readonly Done?: number | undefined;
  readonly Total?: number | undefined;
  readonly EndDate?: string | undefined;
}

export interface StopTrainingRequest {
  readonly ModelArn: string;
}

export interface StopTrialDetectionRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
}

export interface StopTrialDetectionResponse {
  readonly Trial?: TrialDescription | undefined;
}

export interface SubmitAnswersRequest {
  readonly RoundId: string;
  readonly Answers: ReadonlyArray<RoundAnswerEdit>;
}

export interface SubmitAnswersResponse {
  readonly Tasks?: ReadonlyArray<MyTask> | undefined;
}

export interface Suggestion {
  readonly Kind?: "mislabelled" | "boxes" | "odd" | "teach" | "shared" | "broken" | undefined;
  readonly Entry?: EntrySummary | undefined;
  readonly Label?: string | undefined;
  readonly SuggestedLabel?: string | undefined;
  readonly BoxNumber?: number | undefined;
  readonly Strength?: number | undefined;
  readonly StandsFor?: number | undefined;
  readonly Deviations?: number | undefined;
  readonly Like?: ReadonlyArray<EntrySummary> | undefined;
  readonly DismissDate?: string | undefined;
  readonly DismissedBy?: string | undefined;
}

export interface SuggestionKey {
  readonly Kind: "mislabelled" | "boxes" | "odd" | "shared" | "broken";
  readonly EntryId: string;
  readonly BoxNumber?: number | undefined;
}

export interface ThresholdChoice {
  readonly Label: string;
  readonly Threshold: number;
  readonly Reason?: "chosen" | "miss-least" | "no-false-alarms" | "cheapest" | "best-f1" | undefined;
  readonly MissCost?: number | undefined;
  readonly FalseAlarmCost?: number | undefined;
  readonly Currency?: string | undefined;
}

export interface TrainingCandidate {
  readonly Recipe?: string | undefined;
  readonly State?: "waiting" | "judging" | "judged" | "given-up" | "passed-over" | "kept" | undefined;
  readonly Quality?: number | undefined;
}

export interface TrainingEstimate {
  readonly Budget?: "fast" | "balanced" | "best" | undefined;
  readonly Seconds?: number | undefined;
  readonly LeastSeconds?: number | undefined;
  readonly MostSeconds?: number | undefined;
  readonly Trainings?: number | undefined;
}

export interface TrainingLabel {
  readonly Label?: string | undefined;
  readonly TrainImages?: number | undefined;
  readonly TestImages?: number | undefined;
}

export interface TrainingLabelReport {
  readonly Label?: string | undefined;
  readonly TestImages?: number | undefined;
  readonly Threshold?: number | undefined;
  readonly Precision?: number | undefined;
  readonly Recall?: number | undefined;
  readonly F1Score?: number | undefined;
  readonly IoU?: number | undefined;
  readonly TruePositives?: number | undefined;
  readonly FalsePositives?: number | undefined;
  readonly FalseNegatives?: number | undefined;
  readonly TrueNegatives?: number | undefined;
}

export interface TrainingNeed {
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly SourceRef?: string | undefined;
  readonly Missing?: number | undefined;
}

export interface TrainingProblem {
  readonly DatasetType?: "train" | "test" | undefined;
  readonly Line?: number | undefined;
  readonly SourceRef?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
}

export interface TrialDescription {
  readonly TrialId?: string | undefined;
  readonly TrialName?: string | undefined;
  readonly VersionName?: string | undefined;
  readonly Address?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | "cancelled" | undefined;
  readonly Message?: string | undefined;
  readonly CreatedBy?: string | undefined;
  readonly Total?: number | undefined;
  readonly Answered?: number | undefined;
  readonly Unreadable?: number | undefined;
  readonly Correct?: number | undefined;
  readonly Incorrect?: number | undefined;
  readonly Corrected?: number | undefined;
  readonly Added?: number | undefined;
  readonly Addable?: number | undefined;
  readonly CreationDate?: string | undefined;
  readonly UpdateDate?: string | undefined;
}

export interface TrialLeftOut {
  readonly PictureId?: number | undefined;
  readonly Reason?: string | undefined;
}

export interface TrialPicture {
  readonly PictureId?: number | undefined;
  readonly SourceRef?: string | undefined;
  readonly State?: "waiting" | "answered" | "unreadable" | undefined;
  readonly Message?: string | undefined;
  readonly Confidence?: number | undefined;
  readonly Doubt?: number | undefined;
  readonly Labels?: ReadonlyArray<string> | undefined;
  readonly AnomalyClass?: string | undefined;
  readonly Boxes?: ReadonlyArray<DraftBox> | undefined;
  readonly HasMask?: boolean | undefined;
  readonly MaskColors?: ReadonlyArray<MaskColor> | undefined;
  readonly Line?: string | undefined;
  readonly Verdict?: "none" | "correct" | "incorrect" | "corrected" | undefined;
  readonly Revision?: number | undefined;
  readonly VerifiedLine?: string | undefined;
  readonly VerifiedBy?: string | undefined;
  readonly VerifiedDate?: string | undefined;
  readonly AddedTo?: string | undefined;
}

export interface TrialVerdictEdit {
  readonly PictureId: number;
  readonly Verdict: "none" | "correct" | "incorrect" | "corrected";
  readonly Revision: number;
  readonly Line?: string | undefined;
}

export interface UndoChangeRequest {
  readonly ProjectArn: string;
  readonly ChangeId: string;
}

export interface UndoChangeResponse {
  readonly ChangeId?: string | undefined;
  readonly Status?: "running" | "done" | "failed" | "undoing" | "undone" | undefined;
  readonly Message?: string | undefined;
  readonly Total?: number | undefined;
  readonly Done?: number | undefined;
  readonly Skipped?: number | undefined;
  readonly UndoUntil?: string | undefined;
}

export interface UpdateAccessKeyRequest {
  readonly UserName: string;
  readonly AccessKeyId: string;
  readonly Enabled: boolean;
}

export interface UpdateDeviceRequest {
  readonly DeviceName: string;
  readonly Description?: string | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly Packages?: ReadonlyArray<DevicePackage> | undefined;
}

export interface UpdateDeviceResponse {
  readonly Device?: DeviceDescription | undefined;
}

export interface UpdateEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Edits: ReadonlyArray<EntryEdit>;
}

export interface UpdateEntriesResponse {
  readonly Entries?: ReadonlyArray<EditedEntry> | undefined;
}

export interface UpdateFeedbackRequest {
  readonly ModelArn: string;
  readonly Enabled?: boolean | undefined;
  readonly Share?: number | undefined;
  readonly MostPerDay?: number | undefined;
  readonly DoubtfulFirst?: boolean | undefined;
  readonly RetentionDays?: number | undefined;
  readonly Address?: string | undefined;
}

export interface UpdateFeedbackResponse {
  readonly Feedback?: FeedbackDescription | undefined;
}

export interface UpdateGroupRequest {
  readonly GroupName: string;
  readonly AttachPolicies?: ReadonlyArray<string> | undefined;
  readonly DetachPolicies?: ReadonlyArray<string> | undefined;
}

export interface UpdateLabelSettingsRequest {
  readonly ProjectArn: string;
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
  readonly Remove?: ReadonlyArray<string> | undefined;
}

export interface UpdateLabelSettingsResponse {
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
}

export interface UpdateModelDescriptionRequest {
  readonly ModelArn: string;
  readonly Description: string;
}

export interface UpdateRoundRequest {
  readonly ProjectArn: string;
  readonly RoundId: string;
  readonly Instructions?: string | undefined;
  readonly Examples?: ReadonlyArray<RoundExample> | undefined;
  readonly Deadline?: string | undefined;
  readonly NoDeadline?: boolean | undefined;
  readonly Late?: "accept" | "refuse" | undefined;
}

export interface UpdateRoundResponse {
  readonly Round?: RoundSummary | undefined;
}

export interface UpdateUserRequest {
  readonly UserName: string;
  readonly AttachPolicies?: ReadonlyArray<string> | undefined;
  readonly DetachPolicies?: ReadonlyArray<string> | undefined;
  readonly JoinGroups?: ReadonlyArray<string> | undefined;
  readonly LeaveGroups?: ReadonlyArray<string> | undefined;
  readonly Tags?: Readonly<Record<string, string>> | undefined;
  readonly RemoveTags?: ReadonlyArray<string> | undefined;
}

export interface UserSummary {
  readonly UserName?: string | undefined;
  readonly UserId?: string | undefined;
  readonly Arn?: string | undefined;
  readonly CreateDate?: string | undefined;
}

export interface VerifyTrialPicturesRequest {
  readonly ProjectArn: string;
  readonly TrialId: string;
  readonly Verdicts: ReadonlyArray<TrialVerdictEdit>;
}

export interface VerifyTrialPicturesResponse {
  readonly Pictures?: ReadonlyArray<TrialPicture> | undefined;
  readonly Conflicts?: ReadonlyArray<TrialPicture> | undefined;
  readonly Gone?: ReadonlyArray<number> | undefined;
}

export interface VersionAlias {
  readonly AliasName: string;
  readonly AliasArn: string;
  readonly VersionName: string;
  readonly ModelArn?: string | undefined;
  readonly State: string;
}

export interface VersionChange {
  readonly VersionName?: string | undefined;
  readonly ModelArn?: string | undefined;
  readonly SinceVersion?: string | undefined;
  readonly IsCopy?: boolean | undefined;
  readonly Added?: number | undefined;
  readonly Removed?: number | undefined;
  readonly Relabeled?: number | undefined;
  readonly LabelsAdded?: ReadonlyArray<string> | undefined;
  readonly LabelsRemoved?: ReadonlyArray<string> | undefined;
  readonly Budget?: string | undefined;
  readonly SinceBudget?: string | undefined;
  readonly ThresholdsChanged?: number | undefined;
  readonly Backbone?: string | undefined;
  readonly SinceBackbone?: string | undefined;
}

export interface VersionThreshold {
  readonly Label: string;
  readonly Threshold: number;
  readonly TrainedThreshold: number;
  readonly Reason?: "chosen" | "miss-least" | "no-false-alarms" | "cheapest" | "best-f1" | undefined;
  readonly MissCost?: number | undefined;
  readonly FalseAlarmCost?: number | undefined;
  readonly Currency?: string | undefined;
  readonly ChangedBy?: string | undefined;
  readonly ChangedDate?: string | undefined;
}

export interface VersionUsage {
  readonly ModelArn?: string | undefined;
  readonly Service?: string | undefined;
  readonly ProjectName?: string | undefined;
  readonly VersionName?: string | undefined;
  readonly Images?: ReadonlyArray<number> | undefined;
  readonly Anomalies?: ReadonlyArray<number> | undefined;
  readonly Findings?: ReadonlyArray<number> | undefined;
  readonly Invalid?: ReadonlyArray<number> | undefined;
  readonly Throttled?: ReadonlyArray<number> | undefined;
  readonly Errors?: ReadonlyArray<number> | undefined;
  readonly AverageMilliseconds?: ReadonlyArray<number> | undefined;
  readonly MostMilliseconds?: ReadonlyArray<number> | undefined;
  readonly Hours?: ReadonlyArray<number> | undefined;
  readonly UnitHours?: ReadonlyArray<number> | undefined;
}

export interface WantedModel {
  readonly ProjectArn?: string | undefined;
  readonly JobName?: string | undefined;
  readonly Address?: string | undefined;
  readonly PublicKey?: string | undefined;
  readonly ComponentName?: string | undefined;
  readonly ComponentVersion?: string | undefined;
  readonly ModelArn?: string | undefined;
  readonly State?: "ordered" | "fetching" | "installed" | "refused" | "waiting" | undefined;
  readonly Message?: string | undefined;
  readonly Size?: number | undefined;
  readonly KmsKeyId?: string | undefined;
}

export interface VedetteOperations {
  readonly AcceptDrafts: { readonly input: AcceptDraftsRequest; readonly output: AcceptDraftsResponse };
  readonly AddBackbone: { readonly input: AddBackboneRequest; readonly output: AddBackboneResponse };
  readonly AddImportPiece: { readonly input: AddImportPieceRequest; readonly output: Record<never, never> };
  readonly AddTrialPictures: { readonly input: AddTrialPicturesRequest; readonly output: AddTrialPicturesResponse };
  readonly AssignRound: { readonly input: AssignRoundRequest; readonly output: AssignRoundResponse };
  readonly CancelExport: { readonly input: CancelExportRequest; readonly output: CancelExportResponse };
  readonly CancelImport: { readonly input: CancelImportRequest; readonly output: CancelImportResponse };
  readonly CancelRound: { readonly input: CancelRoundRequest; readonly output: CancelRoundResponse };
  readonly ChangeEntries: { readonly input: ChangeEntriesRequest; readonly output: ChangeEntriesResponse };
  readonly CheckProjectPolicy: { readonly input: CheckProjectPolicyRequest; readonly output: CheckProjectPolicyResponse };
  readonly CompareVersions: { readonly input: CompareVersionsRequest; readonly output: CompareVersionsResponse };
  readonly ConfigureImport: { readonly input: ConfigureImportRequest; readonly output: ConfigureImportResponse };
  readonly ContinueLoop: { readonly input: ContinueLoopRequest; readonly output: ContinueLoopResponse };
  readonly CountChanges: { readonly input: CountChangesRequest; readonly output: CountChangesResponse };
  readonly CountEntries: { readonly input: CountEntriesRequest; readonly output: CountEntriesResponse };
  readonly CreateAccessKey: { readonly input: CreateAccessKeyRequest; readonly output: CreateAccessKeyResponse };
  readonly CreateDevice: { readonly input: CreateDeviceRequest; readonly output: CreateDeviceResponse };
  readonly CreateDeviceToken: { readonly input: CreateDeviceTokenRequest; readonly output: CreateDeviceTokenResponse };
  readonly CreateExampleProject: { readonly input: CreateExampleProjectRequest; readonly output: CreateExampleProjectResponse };
  readonly CreateExport: { readonly input: CreateExportRequest; readonly output: CreateExportResponse };
  readonly CreateGroup: { readonly input: CreateGroupRequest; readonly output: CreateGroupResponse };
  readonly CreateImport: { readonly input: CreateImportRequest; readonly output: CreateImportResponse };
  readonly CreateRound: { readonly input: CreateRoundRequest; readonly output: CreateRoundResponse };
  readonly CreateSnapshot: { readonly input: CreateSnapshotRequest; readonly output: CreateSnapshotResponse };
  readonly CreateUser: { readonly input: CreateUserRequest; readonly output: CreateUserResponse };
  readonly DeleteAccessKey: { readonly input: DeleteAccessKeyRequest; readonly output: Record<never, never> };
  readonly DeleteAlias: { readonly input: DeleteAliasRequest; readonly output: Record<never, never> };
  readonly DeleteBackbone: { readonly input: DeleteBackboneRequest; readonly output: Record<never, never> };
  readonly DeleteBatchDetection: { readonly input: DeleteBatchDetectionRequest; readonly output: Record<never, never> };
  readonly DeleteDevice: { readonly input: DeleteDeviceRequest; readonly output: Record<never, never> };
  readonly DeleteExport: { readonly input: DeleteExportRequest; readonly output: Record<never, never> };
  readonly DeleteGroup: { readonly input: DeleteGroupRequest; readonly output: Record<never, never> };
  readonly DeleteImport: { readonly input: DeleteImportRequest; readonly output: Record<never, never> };
  readonly DeleteLoop: { readonly input: DeleteLoopRequest; readonly output: Record<never, never> };
  readonly DeletePolicy: { readonly input: DeletePolicyRequest; readonly output: Record<never, never> };
  readonly DeleteRound: { readonly input: DeleteRoundRequest; readonly output: Record<never, never> };
  readonly DeleteSnapshot: { readonly input: DeleteSnapshotRequest; readonly output: Record<never, never> };
  readonly DeleteTrialDetection: { readonly input: DeleteTrialDetectionRequest; readonly output: Record<never, never> };
  readonly DeleteUser: { readonly input: DeleteUserRequest; readonly output: Record<never, never> };
  readonly DescribeAlias: { readonly input: DescribeAliasRequest; readonly output: DescribeAliasResponse };
  readonly DescribeBatchDetection: { readonly input: DescribeBatchDetectionRequest; readonly output: DescribeBatchDetectionResponse };
  readonly DescribeChange: { readonly input: DescribeChangeRequest; readonly output: DescribeChangeResponse };
  readonly DescribeCluster: { readonly input: Record<never, never>; readonly output: DescribeClusterResponse };
  readonly DescribeDevice: { readonly input: DescribeDeviceRequest; readonly output: DescribeDeviceResponse };
  readonly DescribeExport: { readonly input: DescribeExportRequest; readonly output: DescribeExportResponse };
  readonly DescribeFeedback: { readonly input: DescribeFeedbackRequest; readonly output: DescribeFeedbackResponse };
  readonly DescribeImport: { readonly input: DescribeImportRequest; readonly output: DescribeImportResponse };
  readonly DescribeLoop: { readonly input: DescribeLoopRequest; readonly output: DescribeLoopResponse };
  readonly DescribeRestoration: { readonly input: DescribeRestorationRequest; readonly output: DescribeRestorationResponse };
  readonly DescribeRound: { readonly input: DescribeRoundRequest; readonly output: DescribeRoundResponse };
  readonly DescribeRoundAgreement: { readonly input: DescribeRoundAgreementRequest; readonly output: DescribeRoundAgreementResponse };
  readonly DescribeServing: { readonly input: DescribeServingRequest; readonly output: DescribeServingResponse };
  readonly DescribeSnapshot: { readonly input: DescribeSnapshotRequest; readonly output: DescribeSnapshotResponse };
  readonly DescribeTraining: { readonly input: DescribeTrainingRequest; readonly output: DescribeTrainingResponse };
  readonly DescribeTrainingFailure: { readonly input: DescribeTrainingFailureRequest; readonly output: DescribeTrainingFailureResponse };
  readonly DescribeTrialDetection: { readonly input: DescribeTrialDetectionRequest; readonly output: DescribeTrialDetectionResponse };
  readonly DiscardDrafts: { readonly input: DiscardDraftsRequest; readonly output: Record<never, never> };
  readonly DismissSuggestions: { readonly input: DismissSuggestionsRequest; readonly output: Record<never, never> };
  readonly DownloadEdgePackage: { readonly input: DownloadEdgePackageRequest; readonly output: DownloadEdgePackageResponse };
  readonly DownloadModel: { readonly input: DownloadModelRequest; readonly output: DownloadModelResponse };
  readonly DrainNode: { readonly input: DrainNodeRequest; readonly output: Record<never, never> };
  readonly EndConsoleSession: { readonly input: EndConsoleSessionRequest; readonly output: Record<never, never> };
  readonly EndRound: { readonly input: EndRoundRequest; readonly output: EndRoundResponse };
  readonly FindDifferent: { readonly input: FindDifferentRequest; readonly output: FindDifferentResponse };
  readonly GetBatchResults: { readonly input: GetBatchResultsRequest; readonly output: GetBatchResultsResponse };
  readonly GetDeviceSigningKey: { readonly input: Record<never, never>; readonly output: GetDeviceSigningKeyResponse };
  readonly GetEvaluationColumns: { readonly input: GetEvaluationColumnsRequest; readonly output: GetEvaluationColumnsResponse };
  readonly GetEvaluationSlices: { readonly input: GetEvaluationSlicesRequest; readonly output: GetEvaluationSlicesResponse };
  readonly GetHeatMap: { readonly input: GetHeatMapRequest; readonly output: GetHeatMapResponse };
  readonly GetImportManifest: { readonly input: GetImportManifestRequest; readonly output: GetImportManifestResponse };
  readonly GetMyRound: { readonly input: GetMyRoundRequest; readonly output: GetMyRoundResponse };
  readonly GetTrainingReport: { readonly input: GetTrainingReportRequest; readonly output: GetTrainingReportResponse };
  readonly GetTrialMask: { readonly input: GetTrialMaskRequest; readonly output: GetTrialMaskResponse };
  readonly GetUser: { readonly input: GetUserRequest; readonly output: GetUserResponse };
  readonly GetVersionThresholds: { readonly input: GetVersionThresholdsRequest; readonly output: GetVersionThresholdsResponse };
  readonly HandBackRound: { readonly input: HandBackRoundRequest; readonly output: HandBackRoundResponse };
  readonly ListAliases: { readonly input: ListAliasesRequest; readonly output: ListAliasesResponse };
  readonly ListBackbones: { readonly input: Record<never, never>; readonly output: ListBackbonesResponse };
  readonly ListBatchDetections: { readonly input: ListBatchDetectionsRequest; readonly output: ListBatchDetectionsResponse };
  readonly ListChanges: { readonly input: ListChangesRequest; readonly output: ListChangesResponse };
  readonly ListComparedImages: { readonly input: ListComparedImagesRequest; readonly output: ListComparedImagesResponse };
  readonly ListConsoleSessions: { readonly input: ListConsoleSessionsRequest; readonly output: ListConsoleSessionsResponse };
  readonly ListDevices: { readonly input: ListDevicesRequest; readonly output: ListDevicesResponse };
  readonly ListDismissedSuggestions: { readonly input: ListDismissedSuggestionsRequest; readonly output: ListDismissedSuggestionsResponse };
  readonly ListDrafts: { readonly input: ListDraftsRequest; readonly output: ListDraftsResponse };
  readonly ListEdgePackages: { readonly input: ListEdgePackagesRequest; readonly output: ListEdgePackagesResponse };
  readonly ListEntries: { readonly input: ListEntriesRequest; readonly output: ListEntriesResponse };
  readonly ListEntryEvents: { readonly input: ListEntryEventsRequest; readonly output: ListEntryEventsResponse };
  readonly ListEvaluationImages: { readonly input: ListEvaluationImagesRequest; readonly output: ListEvaluationImagesResponse };
  readonly ListExports: { readonly input: ListExportsRequest; readonly output: ListExportsResponse };
  readonly ListGroups: { readonly input: Record<never, never>; readonly output: ListGroupsResponse };
  readonly ListImportLines: { readonly input: ListImportLinesRequest; readonly output: ListImportLinesResponse };
  readonly ListImports: { readonly input: ListImportsRequest; readonly output: ListImportsResponse };
  readonly ListKeyUses: { readonly input: ListKeyUsesRequest; readonly output: ListKeyUsesResponse };
  readonly ListLabelSettings: { readonly input: ListLabelSettingsRequest; readonly output: ListLabelSettingsResponse };
  readonly ListLoops: { readonly input: ListLoopsRequest; readonly output: ListLoopsResponse };
  readonly ListMyRounds: { readonly input: Record<never, never>; readonly output: ListMyRoundsResponse };
  readonly ListMyTasks: { readonly input: ListMyTasksRequest; readonly output: ListMyTasksResponse };
  readonly ListNextSteps: { readonly input: ListNextStepsRequest; readonly output: ListNextStepsResponse };
  readonly ListNotifications: { readonly input: Record<never, never>; readonly output: ListNotificationsResponse };
  readonly ListPolicies: { readonly input: Record<never, never>; readonly output: ListPoliciesResponse };
  readonly ListRoundPeople: { readonly input: ListRoundPeopleRequest; readonly output: ListRoundPeopleResponse };
  readonly ListRoundPictures: { readonly input: ListRoundPicturesRequest; readonly output: ListRoundPicturesResponse };
  readonly ListRounds: { readonly input: ListRoundsRequest; readonly output: ListRoundsResponse };
  readonly ListSnapshots: { readonly input: ListSnapshotsRequest; readonly output: ListSnapshotsResponse };
  readonly ListSuggestions: { readonly input: ListSuggestionsRequest; readonly output: ListSuggestionsResponse };
  readonly ListTrialDetections: { readonly input: ListTrialDetectionsRequest; readonly output: ListTrialDetectionsResponse };
  readonly ListTrialPictures: { readonly input: ListTrialPicturesRequest; readonly output: ListTrialPicturesResponse };
  readonly ListUsage: { readonly input: ListUsageRequest; readonly output: ListUsageResponse };
  readonly ListUsers: { readonly input: Record<never, never>; readonly output: ListUsersResponse };
  readonly ListVersionChanges: { readonly input: ListVersionChangesRequest; readonly output: ListVersionChangesResponse };
  readonly MendImportLines: { readonly input: MendImportLinesRequest; readonly output: MendImportLinesResponse };
  readonly MoveEntries: { readonly input: MoveEntriesRequest; readonly output: Record<never, never> };
  readonly NoteAnswer: { readonly input: NoteAnswerRequest; readonly output: NoteAnswerResponse };
  readonly PreviewHandBack: { readonly input: PreviewHandBackRequest; readonly output: PreviewHandBackResponse };
  readonly PreviewTraining: { readonly input: PreviewTrainingRequest; readonly output: PreviewTrainingResponse };
  readonly PutPolicy: { readonly input: PutPolicyRequest; readonly output: PutPolicyResponse };
  readonly PutRoundMask: { readonly input: PutRoundMaskRequest; readonly output: PutRoundMaskResponse };
  readonly PutVersionThresholds: { readonly input: PutVersionThresholdsRequest; readonly output: PutVersionThresholdsResponse };
  readonly QueryEntries: { readonly input: QueryEntriesRequest; readonly output: QueryEntriesResponse };
  readonly ReadImport: { readonly input: ReadImportRequest; readonly output: ReadImportResponse };
  readonly ReassignTasks: { readonly input: ReassignTasksRequest; readonly output: ReassignTasksResponse };
  readonly RemoveEntries: { readonly input: RemoveEntriesRequest; readonly output: Record<never, never> };
  readonly RemoveSecondFactors: { readonly input: RemoveSecondFactorsRequest; readonly output: RemoveSecondFactorsResponse };
  readonly ResolveRoundConflicts: { readonly input: ResolveRoundConflictsRequest; readonly output: ResolveRoundConflictsResponse };
  readonly RestoreSnapshot: { readonly input: RestoreSnapshotRequest; readonly output: RestoreSnapshotResponse };
  readonly RestoreSuggestions: { readonly input: RestoreSuggestionsRequest; readonly output: Record<never, never> };
  readonly ResumeBatchDetection: { readonly input: ResumeBatchDetectionRequest; readonly output: ResumeBatchDetectionResponse };
  readonly ResumeNode: { readonly input: ResumeNodeRequest; readonly output: Record<never, never> };
  readonly RevertChange: { readonly input: RevertChangeRequest; readonly output: RevertChangeResponse };
  readonly ReviewAnswers: { readonly input: ReviewAnswersRequest; readonly output: ReviewAnswersResponse };
  readonly RollBackAlias: { readonly input: RollBackAliasRequest; readonly output: RollBackAliasResponse };
  readonly RunImport: { readonly input: RunImportRequest; readonly output: RunImportResponse };
  readonly SendTestNotification: { readonly input: SendTestNotificationRequest; readonly output: SendTestNotificationResponse };
  readonly SetAlias: { readonly input: SetAliasRequest; readonly output: SetAliasResponse };
  readonly StartBatchDetection: { readonly input: StartBatchDetectionRequest; readonly output: StartBatchDetectionResponse };
  readonly StartDrafts: { readonly input: StartDraftsRequest; readonly output: StartDraftsResponse };
  readonly StartEdgePackage: { readonly input: StartEdgePackageRequest; readonly output: StartEdgePackageResponse };
  readonly StartLoop: { readonly input: StartLoopRequest; readonly output: StartLoopResponse };
  readonly StartSuggestions: { readonly input: StartSuggestionsRequest; readonly output: StartSuggestionsResponse };
  readonly StartTrialDetection: { readonly input: StartTrialDetectionRequest; readonly output: StartTrialDetectionResponse };
  readonly StopBatchDetection: { readonly input: StopBatchDetectionRequest; readonly output: StopBatchDetectionResponse };
  readonly StopDrafts: { readonly input: StopDraftsRequest; readonly output: StopDraftsResponse };
  readonly StopLoop: { readonly input: StopLoopRequest; readonly output: StopLoopResponse };
  readonly StopSuggestions: { readonly input: StopSuggestionsRequest; readonly output: StopSuggestionsResponse };
  readonly StopTraining: { readonly input: StopTrainingRequest; readonly output: Record<never, never> };
  readonly StopTrialDetection: { readonly input: StopTrialDetectionRequest; readonly output: StopTrialDetectionResponse };
  readonly SubmitAnswers: { readonly input: SubmitAnswersRequest; readonly output: SubmitAnswersResponse };
  readonly UndoChange: { readonly input: UndoChangeRequest; readonly output: UndoChangeResponse };
  readonly UpdateAccessKey: { readonly input: UpdateAccessKeyRequest; readonly output: Record<never, never> };
  readonly UpdateDevice: { readonly input: UpdateDeviceRequest; readonly output: UpdateDeviceResponse };
  readonly UpdateEntries: { readonly input: UpdateEntriesRequest; readonly output: UpdateEntriesResponse };
  readonly UpdateFeedback: { readonly input: UpdateFeedbackRequest; readonly output: UpdateFeedbackResponse };
  readonly UpdateGroup: { readonly input: UpdateGroupRequest; readonly output: Record<never, never> };
  readonly UpdateLabelSettings: { readonly input: UpdateLabelSettingsRequest; readonly output: UpdateLabelSettingsResponse };
  readonly UpdateModelDescription: { readonly input: UpdateModelDescriptionRequest; readonly output: Record<never, never> };
  readonly UpdateRound: { readonly input: UpdateRoundRequest; readonly output: UpdateRoundResponse };
  readonly UpdateUser: { readonly input: UpdateUserRequest; readonly output: Record<never, never> };
  readonly VerifyTrialPictures: { readonly input: VerifyTrialPicturesRequest; readonly output: VerifyTrialPicturesResponse };
}
