/** Programs that call this version, ready to be copied. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useRegion } from "../../api";
import { RouteLink } from "../../ui/links";
import type { ModelPlace } from "./model";
import { credentialsOf, snippetsOf } from "./snippets";
import { useText } from "./text";

export function Code({ model }: { readonly model: ModelPlace }) {
  const t = useText();
  const facts = { ...model, region: useRegion(), endpoint: window.location.origin };
  return (
    <Container
      header={
        <Header variant="h2" description={t("codeHelp")}>
          {t("code")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <SpaceBetween size="xs">
          <Box variant="h3">{t("credentials")}</Box>
          <Box color="text-body-secondary">
            {t("credentialsHelp")} <RouteLink to="/account">{t("makeKey")}</RouteLink>
          </Box>
          <Block id="credentials" code={credentialsOf(facts)} />
        </SpaceBetween>
        <Tabs
          tabs={snippetsOf(facts).map(({ id, name, code }) => ({
            id,
            label: name,
            content: <Block id={id} code={code} />,
          }))}
        />
      </SpaceBetween>
    </Container>
  );
}

function Block({ id, code }: { readonly id: string; readonly code: string }) {
  const t = useText();
  return (
    <SpaceBetween size="xs">
      {/* Scrolled by keys too, where a line is longer than the page is wide. */}
      <pre
        className="use-code"
        dir="ltr"
        tabIndex={0}
        role="group"
        aria-label={t("code")}
        data-testid={`code-${id}`}
      >
        {code}
      </pre>
      <CopyToClipboard
        copyButtonText={t("copy")}
        textToCopy={code}
        copySuccessText={t("copied")}
        copyErrorText={t("copyFailed")}
      />
    </SpaceBetween>
  );
}
