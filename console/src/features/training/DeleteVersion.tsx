/** Deletes a version, after its name was typed. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useNavigate } from "react-router";
import { call, refreshProjects, type VersionState } from "../../api";
import { Confirm } from "../../ui/confirm";
import { notify } from "../../ui/notices";
import type { VersionProps } from "./place";
import { useText } from "./text";

async function deleteVersion({ project, version }: VersionProps): Promise<void> {
  if (project.service === "rekognition") {
    await call("rekognition", "DeleteProjectVersion", { ProjectVersionArn: version.arn });
  } else {
    await call("lookoutvision", "DeleteModel", { ProjectName: project.name, ModelVersion: version.name });
  }
  await refreshProjects();
}

function DeleteDialog({
  project,
  version,
  route,
  onClose,
}: VersionProps & { readonly route: string; readonly onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const removal = useMutation({
    mutationFn: deleteVersion,
    onSuccess: () => {
      notify({ id: "version-deleted", type: "success", content: t("deleted", { name: version.name }) });
      void navigate(`${route}/versions`);
    },
  });
  return (
    <Confirm
      title={t("deleteTitle", { name: version.name })}
      action={t("delete")}
      isBusy={removal.isPending}
      isDisabled={typed !== version.name}
      error={removal.error}
      onClose={onClose}
      onConfirm={() => removal.mutate({ project, version })}
    >
      {t("deleteHelp")}
      <FormField label={t("deleteType", { name: version.name })}>
        <Input value={typed} onChange={({ detail }) => setTyped(detail.value)} />
      </FormField>
    </Confirm>
  );
}

const BUSY = {
  training: "deleteTraining",
  copying: "deleteCopying",
  starting: "deleteRunning",
  running: "deleteRunning",
  stopping: "deleteRunning",
  deleting: "deleteDeleting",
} as const satisfies Partial<Readonly<Record<VersionState, string>>>;

function isBusy(state: VersionState): state is keyof typeof BUSY {
  return state in BUSY;
}

export function DeleteButton(props: VersionProps & { readonly route: string }) {
  const t = useText();
  const [isAsking, setIsAsking] = useState(false);
  const { state } = props.version;
  return (
    <>
      <Button
        disabled={isBusy(state)}
        disabledReason={isBusy(state) ? t(BUSY[state]) : ""}
        onClick={() => setIsAsking(true)}
      >
        {t("delete")}
      </Button>
      {isAsking && <DeleteDialog {...props} onClose={() => setIsAsking(false)} />}
    </>
  );
}
