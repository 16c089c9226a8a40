/** Asks before something is deleted, and wants the word typed. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { useText } from "./text";

const WORD = "delete";

interface DeleteThingProps {
  readonly name: string;
  readonly help?: string;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly onDelete: () => void;
  readonly onClose: () => void;
}

export function DeleteThing({ name, help, error, isPending, onDelete, onClose }: DeleteThingProps) {
  const t = useText();
  const ui = useUiText();
  const [word, setWord] = useState("");
  return (
    <Modal
      visible
      onDismiss={onClose}
      header={t("deleteTitle", { name })}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={onClose}>{ui("cancel")}</Button>
            <Button variant="primary" disabled={word !== WORD} loading={isPending} onClick={onDelete}>
              {t("delete")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (word === WORD) onDelete();
        }}
      >
        <SpaceBetween size="m">
          {error !== null && <FaultAlert error={error} />}
          {help !== undefined && <span>{help}</span>}
          <FormField label={t("deleteType", { word: WORD })}>
            <Input
              value={word}
              onChange={({ detail }) => setWord(detail.value)}
              placeholder={WORD}
              autoFocus
            />
          </FormField>
        </SpaceBetween>
      </form>
    </Modal>
  );
}
