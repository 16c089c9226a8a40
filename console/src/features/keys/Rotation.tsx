/** How a key's material is renewed: by itself every so many days, or now. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useCall, useChange, type Kms } from "../../api";
import { useFormats } from "../../i18n/context";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { FormModal } from "../../ui/formModal";
import { STALE } from "./keys";
import { useText } from "./text";

type Answer = Kms.GetKeyRotationStatusResponse;
type Past = Kms.RotationsListEntry;

/** As KMS has them. */
const LEAST_DAYS = 90;
const MOST_DAYS = 2560;
const USUAL_DAYS = 365;

function EnableRotation({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useText();
  const [days, setDays] = useState(String(USUAL_DAYS));
  const enable = useChange("kms", "EnableKeyRotation", STALE);
  const count = Number(days);
  const isWhole = Number.isInteger(count) && count >= LEAST_DAYS && count <= MOST_DAYS;
  return (
    <FormModal
      title={t("rotationOn")}
      error={enable.error}
      isPending={enable.isPending}
      isWhole={isWhole}
      onSubmit={() => enable.mutate({ KeyId: id, RotationPeriodInDays: count }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <FormField
        label={t("rotationDays")}
        constraintText={t("daysRule", { least: LEAST_DAYS, most: MOST_DAYS })}
      >
        <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} autoFocus />
      </FormField>
    </FormModal>
  );
}

function RotateNow({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const t = useText();
  const rotate = useChange("kms", "RotateKeyOnDemand", STALE);
  return (
    <Confirm
      title={t("rotateTitle")}
      action={t("rotateNow")}
      isBusy={rotate.isPending}
      error={rotate.error}
      onClose={onClose}
      onConfirm={() => rotate.mutate({ KeyId: id }, { onSuccess: onClose })}
    >
      {t("rotateHelp")}
    </Confirm>
  );
}

function Status({ status, past }: { readonly status: Answer; readonly past: readonly Past[] }) {
  const t = useText();
  const formats = useFormats();
  const isOn = status.KeyRotationEnabled === true;
  const days = past.map(({ RotationDate }) => formats.date(RotationDate)).join(" · ");
  return (
    <KeyValuePairs
      columns={3}
      items={[
        {
          label: t("rotationState"),
          value: isOn
            ? t("rotationEvery", { count: status.RotationPeriodInDays ?? USUAL_DAYS })
            : t("rotationNever"),
        },
        { label: t("rotationNext"), value: formats.day(status.NextRotationDate) },
        { label: t("rotationPast"), value: days === "" ? t("rotationPastNone") : days },
      ]}
    />
  );
}

interface ActionsProps {
  readonly id: string;
  readonly isOn: boolean;
  readonly onAsk: (what: "on" | "now") => void;
}

function Actions({ id, isOn, onAsk }: ActionsProps) {
  const t = useText();
  const stop = useChange("kms", "DisableKeyRotation", STALE);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {stop.error !== null && <FaultAlert error={stop.error} />}
      {isOn ? (
        <Button loading={stop.isPending} onClick={() => stop.mutate({ KeyId: id })}>
          {t("rotationOff")}
        </Button>
      ) : (
        <Button onClick={() => onAsk("on")}>{t("rotationOn")}</Button>
      )}
      <Button onClick={() => onAsk("now")}>{t("rotateNow")}</Button>
    </SpaceBetween>
  );
}

export function Rotation({ facts, isOwn }: { readonly facts: Kms.KeyMetadata; readonly isOwn: boolean }) {
  const t = useText();
  const { KeyId } = facts;
  const status = useCall("kms", "GetKeyRotationStatus", { KeyId }, { isAskedAnew: true });
  const past = useCall("kms", "ListKeyRotations", { KeyId }, { isAskedAnew: true });
  const [asked, setAsked] = useState<"on" | "now" | null>(null);
  // Only an enabled key's material is renewed.
  const mayChange = isOwn && facts.KeyState === "Enabled" && status.data !== undefined;
  const error = status.error ?? past.error;
  const isOn = status.data?.KeyRotationEnabled === true;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("rotationHelp")}
          actions={mayChange && <Actions id={KeyId} isOn={isOn} onAsk={setAsked} />}
        >
          {t("rotation")}
        </Header>
      }
    >
      {error !== null && <FaultAlert error={error} />}
      {status.isPending && <Spinner />}
      {status.data !== undefined && <Status status={status.data} past={past.data?.Rotations ?? []} />}
      {asked === "on" && <EnableRotation id={KeyId} onClose={() => setAsked(null)} />}
      {asked === "now" && <RotateNow id={KeyId} onClose={() => setAsked(null)} />}
    </Container>
  );
}
