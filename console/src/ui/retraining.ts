/** A project trained anew as its newest version was: the same budget, backbone, key and place, and the next name. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "react-router";
import { useCall, type Own, type ProjectFacts } from "../api";
import { BUDGETS, BUILT_IN_BACKBONE, keyOfNewest, startTraining } from "./starting";
import { nextName } from "./versionNames";

interface RetrainingProps {
  readonly project: ProjectFacts;
  readonly route: string;
  /** The version that is trained anew. */
  readonly like: Own.VersionChange | undefined;
}

/** What trains the project anew, and how much is missing for that. */
export function useRetraining({ project, route, like }: RetrainingProps) {
  const navigate = useNavigate();
  const preview = useCall("vedette", "PreviewTraining", { ProjectArn: project.arn });
  const known = BUDGETS.find((candidate) => candidate === like?.Budget) ?? null;
  const order = {
    name: nextName(project.versions.map((version) => version.name)),
    description: "",
    bucket: preview.data?.OutputBucket ?? "",
    prefix: preview.data?.OutputPrefix ?? "",
    budget: known === preview.data?.DefaultBudget ? null : known,
    backbone: like?.Backbone ?? BUILT_IN_BACKBONE,
  };
  const retrain = useMutation({
    // What was encrypted stays so: a key that cannot be found out stops the training.
    mutationFn: async () =>
      startTraining(
        project,
        { ...order, key: await keyOfNewest(project) },
        preview.data?.HasOutputBucket === true,
      ),
    onSuccess: (version) => void navigate(`${route}/train?version=${encodeURIComponent(version)}`),
  });
  return { retrain, canTrain: preview.data?.CanTrain === true, needs: preview.data?.Needs?.length ?? 0 };
}
