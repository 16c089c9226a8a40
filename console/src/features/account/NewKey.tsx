/** A new access key, shown once: the server keeps its secret sealed and never says it again. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useUiText } from "../../ui/text";
import { useText } from "./text";

interface NewKeyProps {
  readonly user: string;
  readonly keyId: string;
  readonly secret: string;
  readonly onClose: () => void;
}

export function NewKey({ user, keyId, secret, onClose }: NewKeyProps) {
  const t = useText();
  const ui = useUiText();
  const copy = (text: string) => (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      copySuccessText={t("copied")}
      copyErrorText={t("copyFailed")}
      copyButtonAriaLabel={t("copy")}
    />
  );
  return (
    <Modal
      visible
      onDismiss={onClose}
      header={t("keyNew", { name: user })}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {ui("close")}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Alert type="warning">{t("keyOnce")}</Alert>
        <KeyValuePairs
          items={[
            { label: t("keyId"), value: copy(keyId) },
            { label: t("keySecret"), value: copy(secret) },
          ]}
        />
      </SpaceBetween>
    </Modal>
  );
}
