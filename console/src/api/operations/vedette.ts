// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface CountEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Filter?: EntryFilter | undefined;
}

export interface CountEntriesResponse {
  readonly Total?: number | undefined;
  readonly Labeled?: number | undefined;
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

export interface DescribeTrainingRequest {
  readonly ModelArn: string;
}

export interface DescribeTrainingResponse {
  readonly IsUnderWay: boolean;
  readonly Stage?: string | undefined;
  readonly Done?: number | undefined;
  readonly Of?: number | undefined;
  readonly SecondsLeft?: number | undefined;
}

export interface DownloadModelRequest {
  readonly ModelArn: string;
}

export interface DownloadModelResponse {
  readonly Body?: string | undefined;
  readonly ContentLength?: number | undefined;
  readonly ContentType?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ReprDigest?: string | undefined;
}

export interface EditedEntry {
  readonly SourceRef?: string | undefined;
  readonly Revision?: string | undefined;
}

export interface EntryBox {
  readonly Label?: string | undefined;
  readonly Left?: number | undefined;
  readonly Top?: number | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
}

export interface EntryDescription {
  readonly SourceRef?: string | undefined;
  readonly Revision?: string | undefined;
  readonly Line?: string | undefined;
  readonly Labeled?: boolean | undefined;
  readonly Problems?: ReadonlyArray<EntryProblem> | undefined;
}

export interface EntryEdit {
  readonly Line: string;
  readonly Revision?: string | undefined;
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
  readonly LeastSide?: number | undefined;
  readonly MostSide?: number | undefined;
  readonly LeastBytes?: number | undefined;
  readonly MostBytes?: number | undefined;
  readonly EntryIds?: ReadonlyArray<string> | undefined;
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
  readonly AnomalyClass?: string | undefined;
  readonly CreationDate?: string | undefined;
  readonly PictureState?: "pending" | "sound" | "broken" | "missing" | undefined;
  readonly Width?: number | undefined;
  readonly Height?: number | undefined;
  readonly Bytes?: number | undefined;
  readonly Boxes?: ReadonlyArray<EntryBox> | undefined;
  readonly MaskRef?: string | undefined;
  readonly Problems?: ReadonlyArray<EntryProblem> | undefined;
  readonly Line?: string | undefined;
}

export interface LabelCount {
  readonly Name?: string | undefined;
  readonly Pictures?: number | undefined;
  readonly Boxed?: number | undefined;
}

export interface LabelSetting {
  readonly Name: string;
  readonly Color?: string | undefined;
  readonly Key?: string | undefined;
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

export interface ListLabelSettingsRequest {
  readonly ProjectArn: string;
}

export interface ListLabelSettingsResponse {
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
}

export interface MoveEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Entries: ReadonlyArray<EntryName>;
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

export interface RemoveEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Entries: ReadonlyArray<EntryName>;
}

export interface UpdateEntriesRequest {
  readonly ProjectArn: string;
  readonly DatasetType: "train" | "test";
  readonly Edits: ReadonlyArray<EntryEdit>;
}

export interface UpdateEntriesResponse {
  readonly Entries?: ReadonlyArray<EditedEntry> | undefined;
}

export interface UpdateLabelSettingsRequest {
  readonly ProjectArn: string;
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
  readonly Remove?: ReadonlyArray<string> | undefined;
}

export interface UpdateLabelSettingsResponse {
  readonly Labels?: ReadonlyArray<LabelSetting> | undefined;
}

export interface VedetteOperations {
  readonly CountEntries: { readonly input: CountEntriesRequest; readonly output: CountEntriesResponse };
  readonly DescribeTraining: { readonly input: DescribeTrainingRequest; readonly output: DescribeTrainingResponse };
  readonly DownloadModel: { readonly input: DownloadModelRequest; readonly output: DownloadModelResponse };
  readonly ListEntries: { readonly input: ListEntriesRequest; readonly output: ListEntriesResponse };
  readonly ListLabelSettings: { readonly input: ListLabelSettingsRequest; readonly output: ListLabelSettingsResponse };
  readonly MoveEntries: { readonly input: MoveEntriesRequest; readonly output: Record<never, never> };
  readonly QueryEntries: { readonly input: QueryEntriesRequest; readonly output: QueryEntriesResponse };
  readonly RemoveEntries: { readonly input: RemoveEntriesRequest; readonly output: Record<never, never> };
  readonly UpdateEntries: { readonly input: UpdateEntriesRequest; readonly output: UpdateEntriesResponse };
  readonly UpdateLabelSettings: { readonly input: UpdateLabelSettingsRequest; readonly output: UpdateLabelSettingsResponse };
}
