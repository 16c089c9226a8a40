/** A dialog with a form: Enter sends it, Escape and the first button leave it. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { FaultAlert } from "./faults";
import { useUiText } from "./text";

interface FormModalProps {
  readonly title: string;
  /** What the button says; the title where nothing else is said. */
  readonly action?: string;
  readonly error?: unknown;
  readonly isPending?: boolean;
  /** False where something is still missing. */
  readonly isWhole?: boolean;
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function FormModal(props: FormModalProps) {
  const ui = useUiText();
  const { title, error = null, isPending = false, isWhole = true } = props;
  return (
    <Modal
      visible
      onDismiss={props.onClose}
      header={title}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={props.onClose}>{ui("cancel")}</Button>
            <Button variant="primary" disabled={!isWhole} loading={isPending} onClick={props.onSubmit}>
              {props.action ?? title}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isWhole) props.onSubmit();
        }}
      >
        <SpaceBetween size="m">
          {error !== null && <FaultAlert error={error} />}
          {props.children}
        </SpaceBetween>
      </form>
    </Modal>
  );
}
