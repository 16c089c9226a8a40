/** Asks before a project is deleted: counts what goes with it, and wants the word typed. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import {
  asFault,
  call,
  sumOf,
  useEveryVersion,
  useProject,
  type ProjectFacts,
  type ProjectService,
} from "../../api";
import { FaultAlert } from "../../ui/faults";
import { notify } from "../../ui/notices";
import { useUiText } from "../../ui/text";
import { deleteProject } from "./deleting";
import { useText } from "./text";

/** The word of the services' own consoles; it is typed as it stands in every language. */
const WORD = "delete";

function isBlocked(facts: ProjectFacts): boolean {
  return facts.versions.some((version) =>
    ["training", "running", "starting", "stopping"].includes(version.state),
  );
}

/** How many snapshots go with the datasets; 0 for who may not see them. */
function useSnapshotCount({ arn, datasets }: ProjectFacts): number {
  const counts = useQuery({
    queryKey: ["snapshot-count", arn],
    queryFn: () =>
      Promise.all(
        datasets.map(async ({ type }) => {
          const listed = await call("vedette", "ListSnapshots", { ProjectArn: arn, DatasetType: type });
          return (listed.Snapshots ?? []).length;
        }),
      ),
  });
  return sumOf(counts.data ?? [], (count) => count);
}

function Contents({ facts }: { readonly facts: ProjectFacts }) {
  const t = useText();
  const snapshots = useSnapshotCount(facts);
  const pictures = sumOf(facts.datasets, (dataset) => dataset.pictures);
  return (
    <SpaceBetween size="s">
      <span>{t("deleteWith")}</span>
      <ul>
        <li>{t("deleteModels", { count: facts.versions.length })}</li>
        <li>{t("deleteDatasets", { count: facts.datasets.length })}</li>
        <li>{t("deletePictures", { count: pictures })}</li>
        {snapshots > 0 && <li>{t("deleteSnapshots", { count: snapshots })}</li>}
      </ul>
      <Box color="text-body-secondary">{t("deleteKept")}</Box>
    </SpaceBetween>
  );
}

/** Goes on when the dialog is closed; a notice says what it came to. */
function useDeletion() {
  const t = useText();
  return async (facts: ProjectFacts) => {
    const id = `delete-${facts.arn}`;
    notify({ id, type: "in-progress", content: t("deleting", { name: facts.name }) });
    try {
      await deleteProject(facts);
      notify({ id, type: "success", content: t("deleted", { name: facts.name }) });
    } catch (error) {
      const { message, requestId } = asFault(error);
      notify({
        id,
        type: "error",
        header: t("deleteFailed", { name: facts.name }),
        content: requestId === null ? message : `${message} (${requestId})`,
      });
    }
  };
}

interface DeleteProjectProps {
  readonly service: ProjectService;
  readonly name: string;
  readonly onClose: (isDeleting: boolean) => void;
}

export function DeleteProject({ service, name, onClose }: DeleteProjectProps) {
  const t = useText();
  const ui = useUiText();
  const project = useProject(service, name);
  const remove = useDeletion();
  const [word, setWord] = useState("");
  // All that goes is counted, and nothing is deleted where one of them is in service.
  const { facts, error } = useEveryVersion(project.data);
  const isReady = facts !== undefined && !isBlocked(facts) && word === WORD;
  const submit = () => {
    if (!isReady) return;
    void remove(facts);
    onClose(true);
  };
  return (
    <Modal
      visible
      onDismiss={() => onClose(false)}
      header={t("deleteTitle", { name })}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => onClose(false)}>{ui("cancel")}</Button>
            <Button variant="primary" disabled={!isReady} onClick={submit}>
              {t("delete")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {project.isError && <FaultAlert error={project.error} />}
        {error !== null && <FaultAlert error={error} />}
        {project.data !== null && facts === undefined && !project.isError && error === null && <Spinner />}
        {facts !== undefined && <Contents facts={facts} />}
        {facts !== undefined && isBlocked(facts) && <Alert type="warning">{t("deleteBlocked")}</Alert>}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <FormField label={t("deleteType", { word: WORD })}>
            <Input
              value={word}
              onChange={({ detail }) => setWord(detail.value)}
              placeholder={WORD}
              autoFocus
            />
          </FormField>
        </form>
      </SpaceBetween>
    </Modal>
  );
}
