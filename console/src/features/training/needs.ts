/** What keeps a training from beginning, by its code. */
import type { Own } from "../../api";

export type Need = Own.TrainingNeed;
export type NeedKind =
  "labels" | "pictures" | "busy" | "more" | "invalid" | "twice" | "overlap" | "picture" | "other";

const KINDS: Readonly<Record<string, NeedKind>> = {
  "no dataset": "pictures",
  dataset: "busy",
  ERROR_MANIFEST_INACCESSIBLE_OR_UNSUPPORTED_FORMAT: "pictures",
  ERROR_MANIFEST_TOO_FEW_LABELS: "labels",
  ERROR_MANIFEST_TOO_FEW_USABLE_LABELS: "labels",
  ERROR_INSUFFICIENT_IMAGES_PER_LABEL_FOR_AUTOSPLIT: "more",
  ERROR_TOO_MANY_INVALID_ROWS_IN_MANIFEST: "invalid",
  ERROR_FAILED_IMAGES_S3_COPY: "invalid",
  ERROR_TOO_MANY_RECORDS_IN_ERROR: "twice",
  ERROR_INSUFFICIENT_LABEL_OVERLAP: "overlap",
  ERROR_INSUFFICIENT_USABLE_LABEL_OVERLAP: "overlap",
};
export function kindOf(need: Need): NeedKind {
  if (need.SourceRef !== undefined) return "picture";
  if ((need.Code ?? "").startsWith("LOOKOUT_TOO_FEW")) return "more";
  return KINDS[need.Code ?? ""] ?? "other";
}
