/** The dialog that sends pictures of a batch to a labelling round. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import type { DatasetType, ProjectFacts } from "../../api";
import { BeginDialog } from "../../ui/beginning";
import { planOf, roundNameOf } from "./plan";
import { listPresent, sendToRound, type RoundWish } from "./sending";
import { useText } from "./text";

interface SendToRoundProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly batchName: string;
  readonly sources: readonly string[];
  readonly onClose: () => void;
}

/** Which of the pictures the datasets have, asked anew each time: others add pictures too. */
function usePresent(project: ProjectFacts, sources: readonly string[]) {
  const types = project.datasets.map(({ type }) => type);
  return useQuery({
    queryKey: ["vedette", "QueryEntries", "of a batch", project.arn, types, sources],
    staleTime: 0,
    queryFn: async () => {
      const lists = await Promise.all(types.map((type) => listPresent(project.arn, type, sources)));
      return Object.fromEntries(types.map((type, place) => [type, lists[place] ?? []]));
    },
  });
}

export function SendToRound({ project, route, batchName, sources, onClose }: SendToRoundProps) {
  const t = useText();
  const navigate = useNavigate();
  const isLookout = project.service === "lookoutvision";
  const types = project.datasets.map(({ type }) => type);
  const [type, setType] = useState<DatasetType>(types[0] ?? "train");
  const [name, setName] = useState(roundNameOf(batchName));
  const [task, setTask] = useState<RoundWish["task"]>(isLookout ? "masks" : "labels");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const present = usePresent(project, sources);
  const plan = planOf(sources, type, present.data ?? {});
  const begin = async () => {
    setBusy(true);
    setError(null);
    try {
      const round = await sendToRound(project.arn, plan, { type, name, task });
      await navigate(`${route}/datasets/${type}/rounds/${round}`);
    } catch (fault) {
      setError(fault);
      setBusy(false);
      // What was put into the dataset before it failed is there.
      void present.refetch();
    }
  };
  return (
    <BeginDialog
      title={t("sendTitle")}
      action={t("sendNow")}
      isBusy={isBusy}
      isReady={present.data !== undefined && plan.chosen.length > 0 && name.trim() !== ""}
      error={error ?? present.error}
      onBegin={() => void begin()}
      onCancel={onClose}
    >
      <Box>{t("sendHelp")}</Box>
      <FormField label={t("roundName")}>
        <Input value={name} onChange={({ detail }) => setName(detail.value)} />
      </FormField>
      <FormField label={t("dataset")}>
        <Select
          selectedOption={{ value: type, label: t(`dataset_${type}`) }}
          options={types.map((value) => ({ value, label: t(`dataset_${value}`) }))}
          onChange={({ detail }) => setType(detail.selectedOption.value === "test" ? "test" : "train")}
        />
      </FormField>
      {!isLookout && (
        <FormField label={t("task")}>
          <Select
            selectedOption={{ value: task, label: t(task === "boxes" ? "task_boxes" : "task_labels") }}
            options={(["labels", "boxes"] as const).map((value) => ({ value, label: t(`task_${value}`) }))}
            onChange={({ detail }) => setTask(detail.selectedOption.value === "boxes" ? "boxes" : "labels")}
          />
        </FormField>
      )}
      {present.data !== undefined && (
        <Box data-testid="sending-plan">{t("sendNew", { count: plan.missing.length })}</Box>
      )}
      {plan.elsewhere.length > 0 && (
        <Alert type="info">{t("sendElsewhere", { count: plan.elsewhere.length })}</Alert>
      )}
    </BeginDialog>
  );
}
