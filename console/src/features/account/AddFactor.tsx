/** Adds an authenticator app: a code of one that is there, the picture, the first code, and recovery codes. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { isShown, isWrongCode, useBeginFactor, useConfirmFactor, useFactors } from "./factors";
import { PasskeyProblem } from "./PasskeyProblem";
import { QrCode } from "./QrCode";
import { useText } from "./text";

interface CodeFieldProps {
  readonly label: string;
  readonly help?: string;
  readonly value: string;
  readonly error: unknown;
  readonly onChange: (value: string) => void;
  /** Where a passkey may be shown in place of a code. */
  readonly onPasskey?: () => void;
}

export function CodeField({ label, help, value, error, onChange, onPasskey }: CodeFieldProps) {
  const t = useText();
  const hasPasskey = useFactors().data?.factors.some((factor) => factor.kind === "passkey") ?? false;
  const isWrong = error !== null && isWrongCode(error);
  return (
    <FormField
      label={label}
      constraintText={help}
      errorText={isWrong ? t("factorWrongCode") : undefined}
      secondaryControl={
        hasPasskey && onPasskey !== undefined ? (
          <Button formAction="none" onClick={onPasskey}>
            {t("passkeyShow")}
          </Button>
        ) : undefined
      }
    >
      <Input
        value={value}
        onChange={({ detail }) => onChange(detail.value)}
        autoComplete="one-time-code"
        inputMode="text"
        spellcheck={false}
        autoFocus
      />
    </FormField>
  );
}

/** Codes that are shown once. */
export function RecoveryCodes({ codes }: { readonly codes: readonly string[] }) {
  const t = useText();
  return (
    <SpaceBetween size="m">
      <Alert type="warning">{t("recoveryOnce")}</Alert>
      <Box variant="code">
        <ul className="recovery-codes">
          {codes.map((code) => (
            <li key={code}>{code}</li>
          ))}
        </ul>
      </Box>
      <CopyToClipboard
        textToCopy={codes.join("\n")}
        copyButtonText={t("copy")}
        copySuccessText={t("copied")}
        copyErrorText={t("copyFailed")}
      />
    </SpaceBetween>
  );
}

interface AddFactorProps {
  readonly asksForCode: boolean;
  readonly onClose: () => void;
}

export function AddFactor({ asksForCode, onClose }: AddFactorProps) {
  const t = useText();
  const ui = useUiText();
  const begin = useBeginFactor();
  const confirm = useConfirmFactor();
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  const made = begin.data;
  const codes = confirm.data;
  const error = made === undefined ? begin.error : confirm.error;
  const start = (shown: string | null) =>
    begin.mutate({ name: name.trim(), code: shown }, { onSuccess: () => setCode("") });
  const submit = () => {
    if (codes !== undefined) onClose();
    else if (made === undefined) start(code.trim());
    else confirm.mutate({ id: made.id, code: code.trim() });
  };
  let content: ReactNode;
  if (codes !== undefined)
    content =
      codes.length > 0 ? <RecoveryCodes codes={codes} /> : <Alert type="success">{t("factorAdded")}</Alert>;
  else if (made === undefined)
    content = (
      <>
        <FormField label={t("factorName")} constraintText={t("factorNameHelp")}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus={!asksForCode} />
        </FormField>
        {asksForCode && (
          <CodeField
            label={t("factorOwnCode")}
            help={t("factorOwnCodeHelp")}
            value={code}
            error={error}
            onChange={setCode}
            onPasskey={() => start(null)}
          />
        )}
      </>
    );
  else
    content = (
      <>
        <Box>{t("factorScan")}</Box>
        <QrCode rows={made.qr} label={t("factorQr")} />
        <FormField label={t("factorSecret")}>
          <CopyToClipboard
            variant="inline"
            textToCopy={made.secret}
            copyButtonAriaLabel={t("copy")}
            copySuccessText={t("copied")}
            copyErrorText={t("copyFailed")}
          />
        </FormField>
        <CodeField label={t("factorFirstCode")} value={code} error={error} onChange={setCode} />
      </>
    );
  const isLate = codes !== undefined;
  return (
    <Modal
      visible
      onDismiss={onClose}
      header={t("factorAdd")}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            {!isLate && <Button onClick={onClose}>{ui("cancel")}</Button>}
            <Button variant="primary" loading={begin.isPending || confirm.isPending} onClick={submit}>
              {isLate ? ui("close") : t("factorNext")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <SpaceBetween size="m">
          {error !== null && !isShown(error) && <FaultAlert error={error} />}
          <PasskeyProblem error={error} />
          {content}
        </SpaceBetween>
      </form>
    </Modal>
  );
}
