/** How a topic is made: by whoever runs the server, in a file. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useUiText } from "../../ui/text";
import { EXAMPLE } from "./deliveries";
import { useText } from "./text";

const SETTING = "VEDETTE_ALARM_ACTIONS";

function Steps() {
  const t = useText();
  const ui = useUiText();
  return (
    <SpaceBetween size="s">
      <Box>{t("setUpFile", { setting: SETTING })}</Box>
      <Box variant="code">
        <div dir="ltr" style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
          {EXAMPLE}
        </div>
      </Box>
      <CopyToClipboard
        copyButtonText={t("copy")}
        textToCopy={EXAMPLE}
        copySuccessText={ui("copied")}
        copyErrorText={t("copyFailed")}
      />
      <Box color="text-body-secondary">{t("setUpWhy")}</Box>
      <Box color="text-body-secondary">{t("howTo")}</Box>
    </SpaceBetween>
  );
}

export function SetUp({ isFirst = false }: { readonly isFirst?: boolean }) {
  const t = useText();
  if (!isFirst) return <Steps />;
  return (
    <Container
      header={
        <Header variant="h2" description={t("noneHelp")}>
          {t("none")}
        </Header>
      }
    >
      <Steps />
    </Container>
  );
}
