/** One version: what came of its training, what changed before it, and how it is deleted. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { call, refreshProjects, useCall, type ProjectFacts, type VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { NotFound } from "../../ui/states";
import { VersionFrame } from "../../ui/version";
import { useChanges } from "./changes";
import { useTrainingPlace } from "./place";
import { useText } from "./text";
import { TrainingView } from "./TrainingView";

interface VersionProps {
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
}

async function deleteVersion({ project, version }: VersionProps): Promise<void> {
  if (project.service === "rekognition") {
    await call("rekognition", "DeleteProjectVersion", { ProjectVersionArn: version.arn });
  } else {
    await call("lookoutvision", "DeleteModel", { ProjectName: project.name, ModelVersion: version.name });
  }
  await refreshProjects();
}

function DeleteDialog({
  project,
  version,
  route,
  onClose,
}: VersionProps & { readonly route: string; readonly onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const removal = useMutation({
    mutationFn: deleteVersion,
    onSuccess: () => void navigate(`${route}/versions`),
  });
  return (
    <Modal
      visible
      header={t("deleteTitle", { name: version.name })}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button
            variant="primary"
            loading={removal.isPending}
            disabled={typed !== version.name}
            onClick={() => removal.mutate({ project, version })}
          >
            {t("delete")}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {removal.isError && <FaultAlert error={removal.error} />}
        {t("deleteHelp")}
        <FormField label={t("deleteType", { name: version.name })}>
          <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} />
        </FormField>
      </SpaceBetween>
    </Modal>
  );
}

function Details({ project, version }: VersionProps) {
  const t = useText();
  const formats = useFormats();
  const words = useChanges();
  const { data } = useCall("vedette", "ListVersionChanges", { ProjectArn: project.arn });
  const change = data?.Versions?.find((candidate) => candidate.ModelArn === version.arn);
  const parts = change?.SinceVersion === undefined ? [] : words(change);
  const copy = (
    <CopyToClipboard
      variant="inline"
      textToCopy={version.arn}
      copySuccessText={t("copied")}
      copyErrorText={t("copyFailed")}
      copyButtonAriaLabel={t("copyArn")}
    />
  );
  return (
    <Container header={<Header variant="h2">{t("details")}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          { label: t("created"), value: formats.date(version.created) },
          {
            label: t("changed"),
            value:
              change?.SinceVersion === undefined
                ? "–"
                : `${change.SinceVersion} → ${version.name}: ${parts.length === 0 ? t("nothing") : parts.join(" · ")}`,
          },
          { label: "ARN", value: copy },
        ]}
      />
    </Container>
  );
}

export function VersionPage() {
  const t = useText();
  const place = useTrainingPlace();
  const name = useParams().version ?? "";
  const [isDeleting, setIsDeleting] = useState(false);
  const { project } = place;
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  const version = project.data.versions.find((candidate) => candidate.name === name);
  const canDelete = version?.state === "trained" || version?.state === "failed";
  return (
    <VersionFrame
      project={place}
      name={name}
      version={version}
      tab="overview"
      actions={
        version && (
          <Button disabled={!canDelete} disabledReason={t("deleteBusy")} onClick={() => setIsDeleting(true)}>
            {t("delete")}
          </Button>
        )
      }
    >
      <TrainingView version={version} route={place.route} />
      {version && <Details project={project.data} version={version} />}
      {isDeleting && version && (
        <DeleteDialog
          project={project.data}
          version={version}
          route={place.route}
          onClose={() => setIsDeleting(false)}
        />
      )}
    </VersionFrame>
  );
}
