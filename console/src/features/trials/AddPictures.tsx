/** Verified pictures into a dataset, and what became of them. */
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useChange, type Own, type ProjectFacts } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { routeOfProject } from "../../ui/projects";
import { useUiText } from "../../ui/text";
import { useText } from "./text";

interface AddPicturesProps {
  readonly project: ProjectFacts;
  readonly trial: Own.TrialDescription;
}

export function AddPictures({ project, trial }: AddPicturesProps) {
  const t = useText();
  const ui = useUiText();
  const add = useChange("vedette", "AddTrialPictures");
  const kinds = project.datasets.map(({ type }) => type);
  const { Addable = 0 } = trial;
  return (
    <>
      <ButtonDropdown
        variant="primary"
        loading={add.isPending}
        disabled={Addable === 0 || kinds.length === 0}
        items={kinds.map((kind) => ({ id: kind, text: t(`addTo_${kind}`) }))}
        onItemClick={({ detail }) =>
          add.mutate({
            ProjectArn: project.arn,
            TrialId: trial.TrialId ?? "",
            DatasetType: detail.id === "test" ? "test" : "train",
          })
        }
      >
        {t("add", { count: Addable })}
      </ButtonDropdown>
      {(add.isSuccess || add.isError) && (
        <Modal
          visible
          header={t("addTitle")}
          closeAriaLabel={ui("close")}
          onDismiss={() => add.reset()}
          footer={
            <Box float="right">
              <Button variant="primary" onClick={() => add.reset()}>
                {ui("close")}
              </Button>
            </Box>
          }
        >
          {add.isError ? (
            <FaultAlert error={add.error} />
          ) : (
            <Outcome outcome={add.data} route={routeOfProject(project)} />
          )}
        </Modal>
      )}
    </>
  );
}

interface OutcomeProps {
  readonly outcome: Own.AddTrialPicturesResponse | undefined;
  readonly route: string;
}

/** As many reasons as one looks through; each is said once, with its count. */
function Outcome({ outcome, route }: OutcomeProps) {
  const t = useText();
  const reasons = new Map<string, number>();
  const labels = outcome?.NewLabels ?? [];
  for (const { Reason = "" } of outcome?.LeftOut ?? []) reasons.set(Reason, (reasons.get(Reason) ?? 0) + 1);
  return (
    <SpaceBetween size="s">
      <StatusIndicator type="success">{t("addedCount", { count: outcome?.Added ?? 0 })}</StatusIndicator>
      {labels.length > 0 && (
        <StatusIndicator type="warning" wrapText>
          {t("newLabels")} <bdi>{labels.join(", ")}</bdi>
        </StatusIndicator>
      )}
      {[...reasons].map(([reason, count]) => (
        <StatusIndicator key={reason} type="warning" wrapText>
          {t("leftOut", { count })} <Sentence text={reason} />
        </StatusIndicator>
      ))}
      <RouteLink to={`${route}/versions`}>{t("retrain")}</RouteLink>
    </SpaceBetween>
  );
}
