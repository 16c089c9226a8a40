/** Both datasets of a project side by side: how far labelling is, what they hold, and what is wrong with that. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { DatasetFacts, DatasetType, ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { hrefOf, useFollow } from "../../ui/links";
import { routeOfProject } from "../../ui/projects";
import { useUiText } from "../../ui/text";
import { adviceOf, type Advice } from "./advice";
import { LabelBars } from "./LabelBars";
import { useText } from "./text";

function useAdviceWords(): (advice: Advice) => string {
  const t = useText();
  return (advice) => {
    switch (advice.kind) {
      case "few":
        return t("adviceFew", { labels: advice.labels.slice(0, 5).join(", "), count: advice.labels.length });
      case "uneven":
        return t("adviceUneven", { most: advice.most, least: advice.least, times: advice.times });
      case "broken":
        return t("adviceBroken", { count: advice.count });
      case "unlabelled":
        return t("adviceUnlabelled", { count: advice.count });
      case "single":
        return t("adviceSingle");
    }
  };
}

function AdviceList({ dataset }: { readonly dataset: DatasetFacts }) {
  const words = useAdviceWords();
  return (
    <SpaceBetween size="xxs">
      {adviceOf(dataset).map((advice) => (
        <div key={advice.kind}>
          <StatusIndicator type={advice.kind === "unlabelled" ? "info" : "warning"} wrapText>
            {words(advice)}
          </StatusIndicator>
        </div>
      ))}
    </SpaceBetween>
  );
}

function DatasetState({ dataset }: { readonly dataset: DatasetFacts }) {
  const ui = useUiText();
  if (dataset.status.includes("IN_PROGRESS"))
    return <StatusIndicator type="in-progress">{ui("busy")}</StatusIndicator>;
  if (!dataset.status.includes("FAILED")) return null;
  return (
    <StatusIndicator type="error" wrapText>
      <Sentence text={dataset.message} />
    </StatusIndicator>
  );
}

interface CardProps {
  readonly project: ProjectFacts;
  readonly type: DatasetType;
  readonly most: number;
}

function useActions({ project, type }: Pick<CardProps, "project" | "type">, isThere: boolean) {
  const t = useText();
  const follow = useFollow();
  const route = `${routeOfProject(project)}/datasets`;
  if (!isThere) {
    return (
      <Button href={hrefOf(route)} onFollow={follow}>
        {t("datasetCreate")}
      </Button>
    );
  }
  return (
    <Button href={hrefOf(`${route}/${type}`)} onFollow={follow} ariaLabel={`${t("datasetOpen")}: ${t(type)}`}>
      {t("datasetOpen")}
    </Button>
  );
}

function DatasetCard({ project, type, most }: CardProps) {
  const t = useText();
  const formats = useFormats();
  const dataset = project.datasets.find((candidate) => candidate.type === type);
  const actions = useActions({ project, type }, dataset !== undefined);
  const header = (
    <Header
      variant="h3"
      actions={actions}
      {...(dataset && { counter: `(${formats.number(dataset.pictures)})` })}
    >
      {t(type)}
    </Header>
  );
  if (dataset === undefined) {
    return (
      <Container header={header} fitHeight>
        <Box color="text-body-secondary">{type === "test" ? t("noTest") : t("noTrain")}</Box>
      </Container>
    );
  }
  const share = dataset.pictures === 0 ? 0 : dataset.labelled / dataset.pictures;
  return (
    <Container header={header} fitHeight>
      <SpaceBetween size="m">
        <DatasetState dataset={dataset} />
        <ProgressBar
          value={Math.round(100 * share)}
          label={t("labelledOf", { done: dataset.labelled, count: dataset.pictures })}
        />
        {dataset.labelsFault === undefined ? (
          <LabelBars labels={dataset.labels} most={most} />
        ) : (
          <FaultAlert error={dataset.labelsFault} />
        )}
        <AdviceList dataset={dataset} />
      </SpaceBetween>
    </Container>
  );
}

export function Datasets({ project }: { readonly project: ProjectFacts }) {
  const t = useText();
  const counts = project.datasets.flatMap((dataset) => dataset.labels.map((label) => label.pictures));
  const most = Math.max(1, ...counts);
  return (
    <SpaceBetween size="s">
      <Header variant="h2" description={t("datasetsHelp")}>
        {t("datasets")}
      </Header>
      <ColumnLayout columns={2}>
        <DatasetCard project={project} type="train" most={most} />
        <DatasetCard project={project} type="test" most={most} />
      </ColumnLayout>
    </SpaceBetween>
  );
}
