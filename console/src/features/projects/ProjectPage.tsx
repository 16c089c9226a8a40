/** One project: what to do next, its datasets side by side, and its models. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useNavigate } from "react-router";
import { newestOwn, nextStep, useProject, type ProjectFacts, type ProjectService } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, useFollow } from "../../ui/links";
import { usePage } from "../../ui/page";
import { NextStepList, useNextSteps } from "../../ui/nextSteps";
import { routeOfProject } from "../../ui/projects";
import { NotFound } from "../../ui/states";
import { useUiText } from "../../ui/text";
import { routeOfVersion } from "../../ui/version";
import { Datasets } from "./Datasets";
import { DeleteProject } from "./DeleteProject";
import { ProjectTags } from "./Tags";
import { useText } from "./text";
import { Versions } from "./Versions";
import { useNames } from "../../ui/address";

/** Where the next step is done. */
function routeOfStep(project: ProjectFacts): string {
  const datasets = `${routeOfProject(project)}/datasets`;
  const [first] = project.datasets;
  const newest = newestOwn(project)?.name ?? "";
  switch (nextStep(project)) {
    case "addPictures":
      return first === undefined ? datasets : `${datasets}/${first.type}`;
    case "label": {
      const open = project.datasets.find((dataset) => dataset.labelled < dataset.pictures);
      return `${datasets}/${open?.type ?? "train"}`;
    }
    case "train":
    case "wait":
      return `${routeOfProject(project)}/train`;
    case "retry":
      return `${routeOfProject(project)}/train?version=${encodeURIComponent(newest)}`;
    case "start":
    case "use":
      return `${routeOfVersion(project, newest)}/use`;
  }
}

function Next({ project }: { readonly project: ProjectFacts }) {
  const t = useText();
  const needs = useNextSteps(project.arn);
  const steps = needs.data?.Steps ?? [];
  const ui = useUiText();
  const follow = useFollow();
  const step = nextStep(project);
  const route = routeOfStep(project);
  // A model is put into service and asked whatever its datasets still lack.
  const isTrained = step === "start" || step === "use";
  return (
    <Container>
      <SpaceBetween size="s">
        <Box variant="h2" padding="n">
          {ui(`step_${step}`)}
        </Box>
        <Box color="text-body-secondary">{t(`next_${step}`)}</Box>
        {needs.error !== null && <FaultAlert error={needs.error} />}
        <NextStepList project={project} steps={steps} />
        {(isTrained || steps.length === 0) && (
          <Button variant="primary" href={hrefOf(route)} onFollow={follow}>
            {isTrained ? t(`go_${step}`) : ui(`step_${step}`)}
          </Button>
        )}
      </SpaceBetween>
    </Container>
  );
}

function Details({ project }: { readonly project: ProjectFacts }) {
  const t = useText();
  const formats = useFormats();
  const copy = (
    <CopyToClipboard
      variant="inline"
      textToCopy={project.arn}
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
          {
            label: t("kind"),
            value: project.service === "rekognition" ? t("kindRekognition") : t("kindLookout"),
          },
          { label: t("created"), value: formats.date(project.created) },
          { label: "ARN", value: copy },
        ]}
      />
    </Container>
  );
}

function useProjectAddress(): { readonly service: ProjectService; readonly name: string } {
  const { service, project = "" } = useNames();
  return { service: service === "lookoutvision" ? "lookoutvision" : "rekognition", name: project };
}

export function ProjectPage() {
  const t = useText();
  const ui = useUiText();
  const navigate = useNavigate();
  const { service, name } = useProjectAddress();
  const project = useProject(service, name);
  const [isDeleting, setIsDeleting] = useState(false);
  usePage({
    title: name,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: ui("projects"), to: "/projects" },
    ],
  });
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        description={service === "rekognition" ? t("kindRekognition") : t("kindLookout")}
        actions={<Button onClick={() => setIsDeleting(true)}>{t("delete")}</Button>}
      >
        <bdi>{name}</bdi>
      </Header>
      <Next project={project.data} />
      <Datasets project={project.data} />
      <Versions project={project.data} />
      <ProjectTags project={project.data} />
      <Details project={project.data} />
      {isDeleting && (
        <DeleteProject
          service={service}
          name={name}
          onClose={(isUnderWay) => {
            setIsDeleting(false);
            if (isUnderWay) void navigate("/projects");
          }}
        />
      )}
    </SpaceBetween>
  );
}
