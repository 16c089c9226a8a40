/** The dialog that asks before something is done that nobody can undo: what goes with it, and two ways out. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ReactNode } from "react";
import { FaultAlert } from "./faults";
import { useUiText } from "./text";

interface ConfirmProps {
  readonly title: string;
  /** What is done, on its button. */
  readonly action: string;
  /** The way back, where it is not plain "cancel". */
  readonly back?: string;
  readonly isBusy?: boolean;
  readonly isDisabled?: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Confirm({
  title,
  action,
  back,
  error,
  onConfirm,
  onClose,
  children,
  ...state
}: ConfirmProps) {
  const t = useUiText();
  return (
    <Modal
      visible
      header={title}
      closeAriaLabel={t("close")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {back ?? t("cancel")}
            </Button>
            <Button
              variant="primary"
              loading={state.isBusy ?? false}
              disabled={state.isDisabled ?? false}
              onClick={onConfirm}
            >
              {action}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {error !== undefined && error !== null && <FaultAlert error={error} />}
        {children}
      </SpaceBetween>
    </Modal>
  );
}
