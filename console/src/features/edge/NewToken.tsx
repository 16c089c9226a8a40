/** The command for a device, with its token, shown once: the server keeps no more than its hash. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useFormats } from "../../i18n/context";
import { useUiText } from "../../ui/text";
import { agentCommand } from "./devices";
import { useText } from "./text";

interface NewTokenProps {
  readonly device: string;
  readonly token: string;
  readonly expires: string | undefined;
  readonly onClose: () => void;
}

export function NewToken({ device, token, expires, onClose }: NewTokenProps) {
  const t = useText();
  const ui = useUiText();
  const formats = useFormats();
  const command = agentCommand(window.location.origin, token);
  return (
    <Modal
      visible
      size="large"
      onDismiss={onClose}
      closeAriaLabel={ui("close")}
      header={t("tokenOf", { name: device })}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {ui("close")}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>{t("tokenHelp")}</Box>
        <Box variant="code">
          <div data-testid="agent-command" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
            {command}
          </div>
        </Box>
        <CopyToClipboard
          copyButtonText={t("copyCommand")}
          textToCopy={command}
          copySuccessText={ui("copied")}
          copyErrorText={t("copyFailed")}
        />
        <Alert type="warning">{t("tokenOnce", { moment: formats.date(expires) })}</Alert>
      </SpaceBetween>
    </Modal>
  );
}
