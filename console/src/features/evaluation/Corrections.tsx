/** How many labels changed since the newest version was trained, and the button that trains anew with them. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo } from "react";
import { useCall, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import type { ProjectPlace } from "../../ui/ofProject";
import { useRetraining } from "../../ui/retraining";
import { useText } from "./text";

interface CorrectionsProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
}

export const Corrections = memo(function Corrections({ place, project }: CorrectionsProps) {
  const t = useText();
  const { data } = useCall("vedette", "ListVersionChanges", { ProjectArn: project.arn });
  const { Added = 0, Removed = 0, Relabeled = 0, SinceVersion = "" } = data?.Since ?? {};
  const newest = data?.Versions?.find(({ VersionName }) => VersionName === SinceVersion);
  const { retrain, canTrain } = useRetraining({ project, route: place.route, like: newest });
  const count = Added + Removed + Relabeled;
  const isTraining = project.versions.some(({ state }) => state === "training");
  if (count === 0 || isTraining) return null;
  return (
    <SpaceBetween size="s">
      {retrain.isError && <FaultAlert error={retrain.error} />}
      <Alert
        type="info"
        header={t("changedSince", { count, version: SinceVersion })}
        action={
          <Button loading={retrain.isPending} disabled={!canTrain} onClick={() => retrain.mutate()}>
            {t("retrain")}
          </Button>
        }
      >
        {t("retrainHelp")}
      </Alert>
    </SpaceBetween>
  );
});
