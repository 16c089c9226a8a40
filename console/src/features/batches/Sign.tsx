/** How far a batch is, as a sign. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { useText } from "./text";

type Status = NonNullable<Own.BatchDescription["Status"]>;

const SIGNS: Readonly<Record<Status, StatusIndicatorProps.Type>> = {
  listing: "in-progress",
  running: "in-progress",
  done: "success",
  failed: "error",
  cancelled: "stopped",
};

export function isUnderWay({ Status: status }: Own.BatchDescription): boolean {
  return status === "listing" || status === "running";
}

export function BatchSign({ batch }: { readonly batch: Own.BatchDescription }) {
  const t = useText();
  const { Status: status = "listing" } = batch;
  return (
    <StatusIndicator type={SIGNS[status]} wrapText>
      {t(`status_${status}`)}
    </StatusIndicator>
  );
}
