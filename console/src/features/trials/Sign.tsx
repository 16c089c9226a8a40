/** How far a trial is, as a sign. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { useText } from "./text";

type Status = NonNullable<Own.TrialDescription["Status"]>;

const SIGNS: Readonly<Record<Status, StatusIndicatorProps.Type>> = {
  running: "in-progress",
  done: "success",
  failed: "error",
  cancelled: "stopped",
};

export function TrialSign({ status = "running" }: { readonly status?: Status | undefined }) {
  const t = useText();
  return (
    <StatusIndicator type={SIGNS[status]} wrapText>
      {t(`status_${status}`)}
    </StatusIndicator>
  );
}
