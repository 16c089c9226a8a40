/** What changed since the newest version, and the button that trains anew as that one was trained. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { Own, ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useRetraining } from "../../ui/retraining";
import { countOf, useChanges } from "./changes";
import { useText } from "./text";

interface RetrainProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly changes: Own.ListVersionChangesResponse | undefined;
}

export function Retrain(props: RetrainProps) {
  const t = useText();
  const words = useChanges();
  const since = props.changes?.Since;
  const newest = props.changes?.Versions?.find((version) => version.VersionName === since?.SinceVersion);
  const { retrain, canTrain } = useRetraining({ ...props, like: newest });
  const count = countOf(since);
  const isTraining = props.project.versions.some((version) => version.state === "training");
  if (since === undefined || count === 0 || isTraining) return null;
  return (
    <SpaceBetween size="s">
      {retrain.isError && <FaultAlert error={retrain.error} />}
      <Alert
        type="info"
        header={t("changedSince", { count, version: since.SinceVersion ?? "" })}
        action={
          <Button loading={retrain.isPending} disabled={!canTrain} onClick={() => retrain.mutate()}>
            {t("trainAgain")}
          </Button>
        }
      >
        {words(since).join(" · ")}
      </Alert>
    </SpaceBetween>
  );
}
