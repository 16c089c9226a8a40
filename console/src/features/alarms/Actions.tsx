/** What a person may do with an alarm: try whom it calls, have it call nobody, and delete it. */
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useChange, type Monitoring } from "../../api";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { STALE } from "./alarms";
import { useText } from "./text";

interface ActionsProps {
  readonly alarm: Monitoring.MetricAlarm;
  readonly name: string;
}

function DeleteAlarm({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const remove = useChange("monitoring", "DeleteAlarms", [["monitoring", "DescribeAlarms"]]);
  return (
    <Confirm
      title={t("deleteTitle", { name })}
      action={t("delete")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate({ AlarmNames: [name] }, { onSuccess: () => void navigate("/alarms") })}
    >
      {t("deleteHelp")}
    </Confirm>
  );
}

/** An alarm that is in alarm already calls nobody when it is put there. */
function TestAlarm({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useText();
  const test = useChange("monitoring", "SetAlarmState", STALE);
  const state = { AlarmName: name, StateValue: "ALARM", StateReason: "Test" } as const;
  return (
    <Confirm
      title={t("testTitle", { name })}
      action={t("test")}
      isBusy={test.isPending}
      error={test.error}
      onClose={onClose}
      onConfirm={() => test.mutate(state, { onSuccess: onClose })}
    >
      {t("testHelp")}
    </Confirm>
  );
}

export function Actions({ alarm, name }: ActionsProps) {
  const t = useText();
  const [doing, setDoing] = useState<"test" | "delete" | null>(null);
  const on = useChange("monitoring", "EnableAlarmActions", STALE);
  const off = useChange("monitoring", "DisableAlarmActions", STALE);
  const { ActionsEnabled = true, StateValue } = alarm;
  const change = ActionsEnabled ? off : on;
  const error = on.error ?? off.error;
  const close = () => setDoing(null);
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="xs">
        <Button
          disabled={StateValue === "ALARM"}
          disabledReason={t("testStands")}
          onClick={() => setDoing("test")}
        >
          {t("test")}
        </Button>
        <Button loading={change.isPending} onClick={() => change.mutate({ AlarmNames: [name] })}>
          {t(ActionsEnabled ? "callsStop" : "callsBegin")}
        </Button>
        <Button onClick={() => setDoing("delete")}>{t("delete")}</Button>
      </SpaceBetween>
      {error !== null && <FaultAlert error={error} />}
      {doing === "test" && <TestAlarm name={name} onClose={close} />}
      {doing === "delete" && <DeleteAlarm name={name} onClose={close} />}
    </SpaceBetween>
  );
}
