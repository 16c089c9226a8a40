/** The person's second factors and recovery codes. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { hasPasskeys, useWays } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { FormModal } from "../../ui/formModal";
import { useUiText } from "../../ui/text";
import { AddPasskey } from "./AddPasskey";
import { AddFactor, CodeField, RecoveryCodes } from "./AddFactor";
import {
  isShown,
  useFactors,
  useRemoveFactor,
  useRenewCodes,
  type OwnFactor,
  type OwnFactors,
} from "./factors";
import { PasskeyProblem } from "./PasskeyProblem";
import { useText } from "./text";

interface AskProps {
  readonly title: string;
  readonly help: string;
  readonly asksForCode: boolean;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onSubmit: (code: string | null) => void;
  readonly onClose: () => void;
}

function AskForCode({ title, help, asksForCode, error, isPending, onSubmit, onClose }: AskProps) {
  const t = useText();
  const [code, setCode] = useState("");
  return (
    <FormModal
      title={title}
      error={isShown(error) ? null : error}
      isPending={isPending}
      onSubmit={() => onSubmit(code.trim())}
      onClose={onClose}
    >
      <PasskeyProblem error={error} />
      <Box>{help}</Box>
      {asksForCode && (
        <CodeField
          label={t("factorOwnCode")}
          help={t("factorOwnCodeHelp")}
          value={code}
          error={error}
          onChange={setCode}
          onPasskey={() => onSubmit(null)}
        />
      )}
    </FormModal>
  );
}

function Remove({ factor, asksForCode, onClose }: FactorDialogProps & { readonly factor: OwnFactor }) {
  const t = useText();
  const remove = useRemoveFactor();
  return (
    <AskForCode
      title={t("factorRemove")}
      help={t("factorRemoveHelp", { name: factor.name })}
      asksForCode={asksForCode}
      error={remove.error}
      isPending={remove.isPending}
      onSubmit={(code) => remove.mutate({ id: factor.id, code }, { onSuccess: onClose })}
      onClose={onClose}
    />
  );
}

function Renew({ asksForCode, onClose }: FactorDialogProps) {
  const t = useText();
  const ui = useUiText();
  const renew = useRenewCodes();
  if (renew.data === undefined)
    return (
      <AskForCode
        title={t("recoveryNew")}
        help={t("recoveryNewHelp")}
        asksForCode={asksForCode}
        error={renew.error}
        isPending={renew.isPending}
        onSubmit={(code) => renew.mutate(code)}
        onClose={onClose}
      />
    );
  return (
    <Modal
      visible
      onDismiss={onClose}
      header={t("recoveryNew")}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {ui("close")}
          </Button>
        </Box>
      }
    >
      <RecoveryCodes codes={renew.data} />
    </Modal>
  );
}

interface FactorDialogProps {
  readonly asksForCode: boolean;
  readonly onClose: () => void;
}

const NONE: OwnFactors = { factors: [], recoveryCodes: 0, asksForCode: false, lacksFactor: false };

type Open =
  | { readonly at: "none" | "add" | "passkey" | "renew" }
  | { readonly at: "remove"; readonly factor: OwnFactor };

export function Factors() {
  const t = useText();
  const formats = useFormats();
  const own = useFactors();
  const [open, setOpen] = useState<Open>({ at: "none" });
  const { factors, recoveryCodes, asksForCode } = own.data ?? NONE;
  const hasFactor = factors.length > 0;
  const canAddPasskey = useWays().data?.passkeys === true && hasPasskeys();
  const close = () => setOpen({ at: "none" });
  return (
    <SpaceBetween size="s">
      {own.isError && <FaultAlert error={own.error} onRetry={() => void own.refetch()} />}
      <Table
        items={factors}
        loading={own.isPending}
        trackBy="id"
        wrapLines
        empty={t("factorNone")}
        ariaLabels={{ tableLabel: t("factors") }}
        header={
          <Header
            variant="h2"
            description={hasFactor ? t("recoveryLeft", { count: recoveryCodes }) : t("factorsHelp")}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {hasFactor && <Button onClick={() => setOpen({ at: "renew" })}>{t("recoveryNew")}</Button>}
                {canAddPasskey && (
                  <Button onClick={() => setOpen({ at: "passkey" })}>{t("passkeyAdd")}</Button>
                )}
                <Button onClick={() => setOpen({ at: "add" })}>{t("factorAdd")}</Button>
              </SpaceBetween>
            }
          >
            {t("factors")}
          </Header>
        }
        columnDefinitions={[
          {
            id: "name",
            header: t("name"),
            isRowHeader: true,
            cell: (factor) => <bdi>{factor.name}</bdi>,
          },
          {
            id: "kind",
            header: t("factorKind"),
            cell: (factor) => t(factor.kind === "passkey" ? "kindPasskey" : "kindTotp"),
          },
          { id: "created", header: t("factorSince"), cell: (factor) => formats.date(factor.created) },
          {
            id: "used",
            header: t("sessionUsed"),
            cell: (factor) => (factor.used === null ? "–" : formats.date(factor.used)),
          },
          {
            id: "do",
            header: "",
            cell: (factor) => (
              <Button
                variant="inline-link"
                ariaLabel={`${t("factorRemove")}: ${factor.name}`}
                onClick={() => setOpen({ at: "remove", factor })}
              >
                {t("factorRemove")}
              </Button>
            ),
          },
        ]}
      />
      {open.at === "add" && <AddFactor asksForCode={asksForCode} onClose={close} />}
      {open.at === "passkey" && <AddPasskey asksForCode={asksForCode} onClose={close} />}
      {open.at === "renew" && <Renew asksForCode={asksForCode} onClose={close} />}
      {open.at === "remove" && <Remove factor={open.factor} asksForCode={asksForCode} onClose={close} />}
    </SpaceBetween>
  );
}
