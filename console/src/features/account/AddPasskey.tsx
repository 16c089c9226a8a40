/** Adds a passkey: a name, what is shown of another factor, the browser's own dialog, and recovery codes. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { FormModal } from "../../ui/formModal";
import { useUiText } from "../../ui/text";
import { CodeField, RecoveryCodes } from "./AddFactor";
import { isShown, useAddPasskey } from "./factors";
import { PasskeyProblem } from "./PasskeyProblem";
import { useText } from "./text";

interface AddPasskeyProps {
  readonly asksForCode: boolean;
  readonly onClose: () => void;
}

export function AddPasskey({ asksForCode, onClose }: AddPasskeyProps) {
  const t = useText();
  const ui = useUiText();
  const add = useAddPasskey();
  const [name, setName] = useState("");
  const [code, setCode] = useState("");
  if (add.data !== undefined)
    return (
      <Modal
        visible
        onDismiss={onClose}
        header={t("passkeyAdd")}
        footer={
          <Box float="right">
            <Button variant="primary" onClick={onClose}>
              {ui("close")}
            </Button>
          </Box>
        }
      >
        {add.data.length > 0 ? (
          <RecoveryCodes codes={add.data} />
        ) : (
          <Alert type="success">{t("passkeyAdded")}</Alert>
        )}
      </Modal>
    );
  const submit = (shown: string | null) => add.mutate({ name: name.trim(), code: shown });
  return (
    <FormModal
      title={t("passkeyAdd")}
      action={t("factorNext")}
      error={isShown(add.error) ? null : add.error}
      isPending={add.isPending}
      onSubmit={() => submit(code.trim())}
      onClose={onClose}
    >
      <PasskeyProblem error={add.error} />
      <Box>{t("passkeyHelp")}</Box>
      <FormField label={t("factorName")} constraintText={t("passkeyNameHelp")}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} autoFocus />
      </FormField>
      {asksForCode && (
        <CodeField
          label={t("factorOwnCode")}
          help={t("factorOwnCodeHelp")}
          value={code}
          error={add.error}
          onChange={setCode}
          onPasskey={() => submit(null)}
        />
      )}
    </FormModal>
  );
}
