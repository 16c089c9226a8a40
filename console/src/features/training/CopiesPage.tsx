/** Copies of a version into other projects, and the policies of its project that let other accounts make some. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useMutation } from "@tanstack/react-query";
import { useEvents, type VersionFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { NotFound } from "../../ui/states";
import { VersionFrame } from "../../ui/version";
import { CopyForm } from "./CopyForm";
import { Copied } from "./Details";
import { downloadModel } from "./download";
import { useTrainingPlace, type VersionProps } from "./place";
import { Policies } from "./Policies";
import { useText } from "./text";
import { useNames } from "../../ui/address";

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

const COPYABLE: readonly VersionFacts["state"][] = [
  "trained",
  "startFailed",
  "starting",
  "running",
  "stopping",
];

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
        {COPYABLE.includes(version.state) ? (
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
  const place = useTrainingPlace();
  const name = useNames().version ?? "";
  const t = useText();
  useEvents();
  const { project } = place;
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  const version = project.data.versions.find((candidate) => candidate.name === name);
  const props = version && { project: project.data, version };
  return (
    <VersionFrame project={place} name={name} version={version} tab="copies">
      {props === undefined ? (
        <Alert type="info" header={t("gone")}>
          {t("goneHelp")}
        </Alert>
      ) : place.service === "lookoutvision" ? (
        <TakeAlong {...props} />
      ) : (
        <Copies {...props} />
      )}
    </VersionFrame>
  );
}
