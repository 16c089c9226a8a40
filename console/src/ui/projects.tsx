/** What pages say of projects in the same words: the question, the state, and what to do next. */
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Alert from "@cloudscape-design/components/alert";
import {
  nextStep,
  useHiddenProjects,
  type NextStep,
  type ProjectFacts,
  type ProjectService,
  type VersionState,
} from "../api";
import { Sentence } from "../sentences";
import { useUiText } from "./text";
import { segmentOf } from "./address";

export function routeOfProject(project: { readonly service: ProjectService; readonly name: string }): string {
  return `/projects/${project.service}/${segmentOf(project.name)}`;
}

/** Says that projects of one service are not in the list above or below, and why. */
export function HiddenProjects() {
  const t = useUiText();
  const fault = useHiddenProjects();
  if (fault === null) return null;
  return (
    <Alert type="info" header={t("hiddenProjects")}>
      <Sentence text={fault.message} />
    </Alert>
  );
}

const SIGNS: Readonly<Record<VersionState, StatusIndicatorProps.Type>> = {
  training: "in-progress",
  trained: "success",
  failed: "error",
  copying: "in-progress",
  copyFailed: "error",
  startFailed: "error",
  starting: "in-progress",
  running: "success",
  stopping: "in-progress",
  deleting: "in-progress",
  archived: "stopped",
};

export function VersionSign({ state }: { readonly state: VersionState }) {
  const t = useUiText();
  return (
    <StatusIndicator type={SIGNS[state]} wrapText>
      {t(`state_${state}`)}
    </StatusIndicator>
  );
}

const STEP_SIGNS: Readonly<Record<NextStep, StatusIndicatorProps.Type>> = {
  addPictures: "pending",
  label: "pending",
  train: "info",
  wait: "in-progress",
  start: "info",
  use: "success",
  retry: "warning",
};

export function NextStepSign({ facts }: { readonly facts: ProjectFacts }) {
  const t = useUiText();
  const step = nextStep(facts);
  return (
    <StatusIndicator type={STEP_SIGNS[step]} wrapText>
      {t(`step_${step}`)}
    </StatusIndicator>
  );
}
