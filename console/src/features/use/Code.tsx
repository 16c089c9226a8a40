/** Programs that call this version, ready to be copied. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useCall, useRegion, type Own } from "../../api";
import { RouteLink } from "../../ui/links";
import type { ModelPlace } from "./model";
import { credentialsOf, snippetsOf, type Snippet } from "./snippets";
import { useText } from "./text";
import { CERTIFICATE, trustOf } from "./trust";

interface CodeProps {
  readonly model: ModelPlace;
  /** The ARN of its project. */
  readonly project: string;
}

export function Code({ model, project }: CodeProps) {
  const t = useText();
  const facts = { ...model, region: useRegion(), endpoint: window.location.origin };
  const aliases = useAliases(model, project);
  const [asked, setAsked] = useState("");
  const alias = aliases.find(({ AliasName }) => AliasName === asked);
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
        {aliases.length > 0 && <AskedBy aliases={aliases} asked={alias?.AliasName ?? ""} onAsk={setAsked} />}
        <Tabs
          tabs={snippetsOf(facts, alias && { name: alias.AliasName, arn: alias.AliasArn }).map(
            ({ id, name, code }) => ({
              id,
              label: name,
              content: <Program id={id} code={code} endpoint={facts.endpoint} />,
            }),
          )}
        />
      </SpaceBetween>
    </Container>
  );
}

/** The names that point to this version; nothing to whoever may not list them, or where the server knows none. */
function useAliases(model: ModelPlace, project: string): readonly Own.VersionAlias[] {
  const query = useCall("vedette", "ListAliases", { ProjectArn: project });
  return (query.data?.Aliases ?? []).filter(({ ModelArn }) => ModelArn === model.arn);
}

interface AskedByProps {
  readonly aliases: readonly Own.VersionAlias[];
  /** The name that is asked by; nothing for the version itself. */
  readonly asked: string;
  readonly onAsk: (name: string) => void;
}

function AskedBy({ aliases, asked, onAsk }: AskedByProps) {
  const t = useText();
  const options = [
    { value: "", label: t("askVersion") },
    ...aliases.map(({ AliasName }) => ({ value: AliasName, label: t("askAlias", { name: AliasName }) })),
  ];
  return (
    <FormField label={t("askBy")} description={t("askByHelp")}>
      <Select
        selectedOption={options.find(({ value }) => value === asked) ?? null}
        options={options}
        onChange={({ detail }) => onAsk(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

interface ProgramProps {
  readonly id: Snippet["id"];
  readonly code: string;
  readonly endpoint: string;
}

/** Over https, also what trusts a certificate that only this server knows. */
function Program({ id, code, endpoint }: ProgramProps) {
  const t = useText();
  const trust = trustOf(id, endpoint);
  return (
    <SpaceBetween size="m">
      <Block id={id} code={code} />
      {trust !== undefined && (
        <SpaceBetween size="xs">
          <Box variant="h3">{t("trust")}</Box>
          <Box color="text-body-secondary">{t("trustHelp", { file: CERTIFICATE })}</Box>
          <Block id={`trust-${id}`} code={trust} />
        </SpaceBetween>
      )}
    </SpaceBetween>
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
