/** What a project needs next, in words, each with the button that leads to where it is done. */
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import { useCall } from "../api";
import { hrefOf, useFollow } from "./links";
import { routeOfStep, type Kind, type Place, type Step } from "./stepRoutes";
import "./nextSteps.css";
import { useUiText } from "./text";

const SIGNS: Readonly<Record<Kind, StatusIndicatorProps.Type>> = {
  "add-pictures": "pending",
  errors: "error",
  broken: "warning",
  unsure: "info",
  label: "pending",
  labels: "warning",
  pictures: "warning",
  normal: "warning",
  anomaly: "warning",
  untested: "warning",
  "more-of": "info",
  train: "success",
};
/** So many labels are named; of more, how many there are says enough. */
const NAMED = 3;

export function useNextSteps(arn: string) {
  return useCall("vedette", "ListNextSteps", { ProjectArn: arn }, { isAskedAnew: true });
}

/** Say a step in words. */
export function useStepWords(): (step: Step) => string {
  const t = useUiText();
  return ({ Kind: kind = "label", DatasetType: type = "train", Count: count = 0, Labels: labels = [] }) => {
    const dataset = t(`dataset_${type}`);
    const label = labels[0] ?? "";
    const names = labels.slice(0, NAMED).join(", ") + (labels.length > NAMED ? ", …" : "");
    switch (kind) {
      case "add-pictures":
        return t("need_add", { dataset });
      case "pictures":
        return t("need_pictures", { count, label, dataset });
      case "more-of":
        return t("need_more", { count, label });
      case "untested":
        return t("need_untested", { count, names });
      case "train":
        return t("need_train", { count });
      case "labels":
        return t("need_labels", { count });
      default:
        return t(`need_${kind}`, { count, dataset });
    }
  };
}

interface StepProps {
  readonly project: Place;
  readonly step: Step;
}

export function StepSign({ step }: Pick<StepProps, "step">) {
  const words = useStepWords();
  return (
    <StatusIndicator type={SIGNS[step.Kind ?? "label"]} wrapText>
      <bdi>{words(step)}</bdi>
    </StatusIndicator>
  );
}

function StepRow({ project, step }: StepProps) {
  const t = useUiText();
  const follow = useFollow();
  const words = useStepWords();
  const route = routeOfStep(project, step);
  return (
    <li>
      <StepSign step={step} />
      {route !== undefined && (
        <Button
          href={hrefOf(route)}
          onFollow={follow}
          ariaLabel={`${t(`do_${step.Kind ?? "label"}`)}: ${words(step)}`}
        >
          {t(`do_${step.Kind ?? "label"}`)}
        </Button>
      )}
    </li>
  );
}

/** All that a project needs, what nothing can begin without first. */
export function NextStepList({
  project,
  steps,
}: {
  readonly project: Place;
  readonly steps: readonly Step[];
}) {
  const t = useUiText();
  if (steps.length === 0) return null;
  return (
    <SpaceBetween size="xs">
      <ul className="next-steps" aria-label={t("nextSteps")}>
        {steps.map((step) => (
          <StepRow
            key={`${step.Kind ?? ""} ${step.DatasetType ?? ""} ${step.Labels?.[0] ?? ""}`}
            project={project}
            step={step}
          />
        ))}
      </ul>
    </SpaceBetween>
  );
}
