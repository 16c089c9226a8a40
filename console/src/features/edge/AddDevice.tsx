/** The dialog in which a device gets its name; then its command is shown. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useChange } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { isDeviceName } from "./devices";
import { NewToken } from "./NewToken";
import { useText } from "./text";

export function AddDevice({ onClose }: { readonly onClose: (name: string | null) => void }) {
  const t = useText();
  const ui = useUiText();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useChange("vedette", "CreateDevice");
  if (create.data !== undefined) {
    const { Token = "", TokenExpiration } = create.data;
    return <NewToken device={name} token={Token} expires={TokenExpiration} onClose={() => onClose(name)} />;
  }
  const submit = () => {
    if (isDeviceName(name)) create.mutate({ DeviceName: name, Description: description.trim() });
  };
  return (
    <Modal
      visible
      onDismiss={() => onClose(null)}
      closeAriaLabel={ui("close")}
      header={t("deviceAdd")}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={() => onClose(null)}>
              {ui("cancel")}
            </Button>
            <Button
              variant="primary"
              disabled={!isDeviceName(name)}
              loading={create.isPending}
              onClick={submit}
            >
              {t("deviceAdd")}
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
          {create.isError && <FaultAlert error={create.error} />}
          <FormField label={t("deviceName")} description={t("deviceNameHelp")}>
            <Input
              value={name}
              invalid={name !== "" && !isDeviceName(name)}
              spellcheck={false}
              onChange={({ detail }) => setName(detail.value)}
            />
          </FormField>
          <FormField label={`${t("description")} – ${t("optional")}`}>
            <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
          </FormField>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
