/** The threshold that a label is held to from now on, kept with the version; for answers only if told so. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { memo } from "react";
import { callKey, queryClient, useCall, useChange, useRegion, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { isConflict } from "./fixing";
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

/** Puts thresholds where nobody else did meanwhile; who was overtaken sees what stands now. */
function usePut(arn: string, revision: string) {
  const region = useRegion();
  const change = useChange("vedette", "PutVersionThresholds", [callKey("vedette", "GetVersionThresholds")]);
  const put = (input: Partial<Own.PutVersionThresholdsRequest>) =>
    change.mutate(
      { ModelArn: arn, Revision: revision, ...input },
      {
        onError: (error) => {
          if (!isConflict(error)) return;
          void queryClient.invalidateQueries({
            queryKey: callKey("vedette", "GetVersionThresholds", region),
          });
        },
      },
    );
  return { put, error: change.error, isPending: change.isPending };
}

function PutFault({ error, used }: { readonly error: Error | null; readonly used: string }) {
  const t = useText();
  if (error === null) return null;
  if (!isConflict(error)) return <FaultAlert error={error} />;
  return (
    <Alert type="warning" header={t("thresholdConflict")}>
      {t("thresholdConflictHelp", { value: used })}
    </Alert>
  );
}

export function Using({ arn, label, threshold, trained, by, onShow }: UsingProps) {
  const t = useText();
  const formats = useFormats();
  const stored = useCall("vedette", "GetVersionThresholds", { ModelArn: arn });
  const { put, error, isPending } = usePut(arn, stored.data?.Revision ?? "");
  if (stored.isError) return <FaultAlert error={stored.error} onRetry={() => void stored.refetch()} />;
  if (stored.isPending) return null;
  const { Thresholds: rows, UseOnWire: isOnWire, Revision: revision } = stored.data;
  const used = rows.find((row) => row.Label === label)?.Threshold ?? trained;
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
      <PutFault error={error} used={formats.percent(used)} />
      <SpaceBetween size="m" direction="horizontal" alignItems="center">
        <Button variant="primary" loading={isPending} disabled={threshold === used} onClick={use}>
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
        <OnWire arn={arn} revision={revision} isOn={isOnWire} />
      </SpaceBetween>
    </SpaceBetween>
  );
}

interface OnWireProps {
  readonly arn: string;
  readonly revision: string;
  readonly isOn: boolean;
}

/** Apart from what follows the slider. */
const OnWire = memo(function OnWire({ arn, revision, isOn }: OnWireProps) {
  const t = useText();
  const { put, error, isPending } = usePut(arn, revision);
  return (
    <>
      <Checkbox
        checked={isOn}
        disabled={isPending}
        onChange={({ detail }) => put({ UseOnWire: detail.checked })}
      >
        {t("onWire")}
      </Checkbox>
      {error !== null && <FaultAlert error={error} />}
    </>
  );
});
