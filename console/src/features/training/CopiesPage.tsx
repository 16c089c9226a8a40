/** Copies of a version into other projects, and the policies of its project that let other accounts make some. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useNames } from "../../ui/address";
import { FaultAlert } from "../../ui/faults";
import { InProject, useProjectPlace } from "../../ui/ofProject";
import { hasModel } from "../../ui/models";
import { VersionFrame } from "../../ui/version";
import { CopyForm } from "./CopyForm";
import { Copied } from "./Details";
import { downloadModel } from "./download";
import type { VersionProps } from "./place";
import { Policies } from "./Policies";
import { useText } from "./text";

/** Lookout for Vision has neither copies nor policies of projects: the model itself can be taken along. */
function TakeAlong({ project, version }: VersionProps) {
  const t = useText();
  const take = useMutation({
    mutationFn: () => downloadModel(version.arn, `${project.name}-${version.name}`),
  });
  return (
    <SpaceBetween size="s">
      {take.isError && <FaultAlert error={take.error} />}
      <Alert
        type="info"
        header={t("copyLookout")}
        action={
          <Button iconName="download" loading={take.isPending} onClick={() => take.mutate()}>
            {t("downloadModel")}
          </Button>
        }
      >
        {t("copyLookoutHelp")}
      </Alert>
    </SpaceBetween>
  );
}

function Copies({ project, version }: VersionProps) {
  const t = useText();
  return (
    <SpaceBetween size="l">
      <Container
        header={
          <Header variant="h2" description={t("copyHelp")}>
            {t("copyTitle")}
          </Header>
        }
      >
        {hasModel(version) ? (
          <CopyForm project={project} version={version} />
        ) : (
          <Alert type="info">{t("copyNotYet")}</Alert>
        )}
      </Container>
      <Container
        header={
          <Header variant="h2" description={t("copyOutHelp")}>
            {t("copyOut")}
          </Header>
        }
      >
        <KeyValuePairs
          columns={1}
          items={[
            { label: t("copyProjectArn"), value: <Copied text={project.arn} label={t("copyArn")} /> },
            { label: t("copyVersionArn"), value: <Copied text={version.arn} label={t("copyArn")} /> },
          ]}
        />
      </Container>
      <Policies project={project} version={version} />
    </SpaceBetween>
  );
}

export function CopiesPage() {
  const place = useProjectPlace();
  const name = useNames().version ?? "";
  return (
    <InProject place={place}>
      {(project) => (
        <VersionFrame
          project={place}
          name={name}
          version={project.versions.find((version) => version.name === name)}
          tab="copies"
        >
          {(version) =>
            place.service === "lookoutvision" ? (
              <TakeAlong project={project} version={version} />
            ) : (
              <Copies project={project} version={version} />
            )
          }
        </VersionFrame>
      )}
    </InProject>
  );
}
