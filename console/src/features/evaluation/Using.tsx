/** The threshold that a label is held to from now on, kept with the version; for answers only if told so. */
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { callKey, useCall, useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { useText } from "./text";

export type ThresholdReason = NonNullable<Own.ThresholdChoice["Reason"]>;

export interface ChosenBy {
  readonly reason: ThresholdReason;
  readonly missed?: number;
  readonly falseAlarm?: number;
}

interface UsingProps {
  readonly arn: string;
  readonly label: string;
  readonly threshold: number;
  /** What the training found. */
  readonly trained: number;
  readonly by: ChosenBy;
  readonly onShow: (threshold: number) => void;
}

export function Using({ arn, label, threshold, trained, by, onShow }: UsingProps) {
  const t = useText();
  const formats = useFormats();
  const stored = useCall("vedette", "GetVersionThresholds", { ModelArn: arn });
  const change = useChange("vedette", "PutVersionThresholds", [callKey("vedette", "GetVersionThresholds")]);
  if (stored.isError) return <FaultAlert error={stored.error} onRetry={() => void stored.refetch()} />;
  if (stored.isPending) return null;
  const { Thresholds: rows, UseOnWire: isOnWire, Revision: revision } = stored.data;
  const used = rows.find((row) => row.Label === label)?.Threshold ?? trained;
  const put = (input: Partial<Own.PutVersionThresholdsRequest>) =>
    change.mutate({ ModelArn: arn, Revision: revision, ...input });
  const use = () =>
    threshold === trained
      ? put({ Reset: [label] })
      : put({
          Thresholds: [
            {
              Label: label,
              Threshold: threshold,
              Reason: by.reason,
              ...(by.reason === "cheapest" ? { MissCost: by.missed, FalseAlarmCost: by.falseAlarm } : {}),
            },
          ],
        });
  return (
    <SpaceBetween size="xs">
      {change.isError && <FaultAlert error={change.error} />}
      <SpaceBetween size="m" direction="horizontal" alignItems="center">
        <Button variant="primary" loading={change.isPending} disabled={threshold === used} onClick={use}>
          {t("use")}
        </Button>
        {used === threshold ? (
          <StatusIndicator type={used === trained ? "info" : "success"}>
            {t(used === trained ? "inUseTrained" : "inUse")}
          </StatusIndicator>
        ) : (
          <Button variant="inline-link" onClick={() => onShow(used)}>
            {t("usedNow", { value: formats.percent(used) })}
          </Button>
        )}
        <Checkbox
          checked={isOnWire}
          disabled={change.isPending}
          onChange={({ detail }) => put({ UseOnWire: detail.checked })}
        >
          {t("onWire")}
        </Checkbox>
      </SpaceBetween>
    </SpaceBetween>
  );
}
