/** The dialog in which a user or a group gets a name and what they may. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { PolicyChoice } from "./PolicyChoice";
import { useText } from "./text";

interface CreateNamedProps {
  readonly title: string;
  readonly policies: readonly string[];
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onCreate: (name: string, policies: readonly string[]) => void;
  readonly onClose: () => void;
}

export function CreateNamed(props: CreateNamedProps) {
  const t = useText();
  const ui = useUiText();
  const [name, setName] = useState("");
  const [policies, setPolicies] = useState(props.policies);
  const submit = () => {
    if (name.trim() !== "") props.onCreate(name.trim(), policies);
  };
  return (
    <Modal
      visible
      onDismiss={props.onClose}
      header={props.title}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={props.onClose}>{ui("cancel")}</Button>
            <Button
              variant="primary"
              disabled={name.trim() === ""}
              loading={props.isPending}
              onClick={submit}
            >
              {props.title}
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
          {props.error !== null && <FaultAlert error={props.error} />}
          <FormField label={t("userName")} constraintText={t("userNameRule")}>
            <Input
              value={name}
              onChange={({ detail }) => setName(detail.value)}
              autoFocus
              spellcheck={false}
            />
          </FormField>
          <PolicyChoice label={t("may")} chosen={policies} onChange={setPolicies} />
        </SpaceBetween>
      </form>
    </Modal>
  );
}
