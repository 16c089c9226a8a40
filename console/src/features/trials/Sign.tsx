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

/** One under way that says why it does not go on waits for that. */
export function TrialSign({ trial }: { readonly trial: Own.TrialDescription }) {
  const t = useText();
  const { Status: status = "running", Message = "" } = trial;
  const isWaiting = status === "running" && Message !== "";
  return (
    <StatusIndicator type={isWaiting ? "warning" : SIGNS[status]} wrapText>
      {t(isWaiting ? "waiting" : `status_${status}`)}
    </StatusIndicator>
  );
}
