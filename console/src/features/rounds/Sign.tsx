/** A round's state in a word. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { useText } from "./text";

export type RoundStatus = NonNullable<Own.RoundSummary["Status"]>;

const SIGNS: Readonly<Record<RoundStatus, StatusIndicatorProps.Type>> = {
  draft: "pending",
  open: "in-progress",
  review: "info",
  "handing-back": "in-progress",
  "handed-back": "success",
  cancelled: "stopped",
};

export function RoundSign({ status }: { readonly status: RoundStatus | undefined }) {
  const t = useText();
  const state = status ?? "draft";
  return <StatusIndicator type={SIGNS[state]}>{t(`status_${state}`)}</StatusIndicator>;
}
