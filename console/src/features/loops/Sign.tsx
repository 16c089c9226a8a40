/** How far a loop is, as a sign. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { useText } from "./text";

type Sign = "asking" | NonNullable<Own.LoopDescription["Status"]> | "labelling";

const SIGNS: Readonly<Record<Sign, StatusIndicatorProps.Type>> = {
  running: "in-progress",
  labelling: "pending",
  asking: "info",
  done: "success",
  failed: "error",
  stopped: "stopped",
};

/** A loop under way may wait for somebody, which is what a list is looked through for. */
function signOf({
  Status: status = "running",
  Step: step,
  NeedsConfirmation: asks,
}: Own.LoopDescription): Sign {
  if (status !== "running") return status;
  if (asks === true) return "asking";
  return step === "label" ? "labelling" : "running";
}

export function LoopSign({ loop }: { readonly loop: Own.LoopDescription }) {
  const t = useText();
  const sign = signOf(loop);
  return (
    <StatusIndicator type={SIGNS[sign]} wrapText>
      {t(`sign_${sign}`)}
    </StatusIndicator>
  );
}
