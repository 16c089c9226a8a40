/** What changed since the newest version, and the button that trains anew as that one was trained. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { countOf, useChanges } from "./changes";
import { nextName } from "./names";
import { BUDGETS, startTraining } from "./starting";
import { useText } from "./text";

interface RetrainProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly changes: Own.ListVersionChangesResponse | undefined;
}

interface RetrainingProps {
  readonly project: ProjectFacts;
  readonly route: string;
  /** The budget of the version that is trained anew. */
  readonly budget: string | undefined;
}

/** What trains the project anew, and how much is missing for that. */
export function useRetraining({ project, route, budget }: RetrainingProps) {
  const navigate = useNavigate();
  const preview = useCall("vedette", "PreviewTraining", { ProjectArn: project.arn });
  const known = BUDGETS.find((candidate) => candidate === budget) ?? null;
  const order = {
    name: nextName(project.versions.map((version) => version.name)),
    description: "",
    bucket: preview.data?.OutputBucket ?? "",
    prefix: preview.data?.OutputPrefix ?? "",
    budget: known === preview.data?.DefaultBudget ? null : known,
  };
  const retrain = useMutation({
    mutationFn: () => startTraining(project, order, preview.data?.HasOutputBucket === true),
    onSuccess: (version) => void navigate(`${route}/train?version=${encodeURIComponent(version)}`),
  });
  return { retrain, canTrain: preview.data?.CanTrain === true, needs: preview.data?.Needs?.length ?? 0 };
}

export function Retrain(props: RetrainProps) {
  const t = useText();
  const words = useChanges();
  const since = props.changes?.Since;
  const newest = props.changes?.Versions?.find((version) => version.VersionName === since?.SinceVersion);
  const { retrain, canTrain } = useRetraining({ ...props, budget: newest?.Budget });
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
            {t("retrain")}
          </Button>
        }
      >
        {words(since).join(" · ")}
      </Alert>
    </SpaceBetween>
  );
}
