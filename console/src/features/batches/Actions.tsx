/** What is done to a batch: stopped, gone on with, forgotten, and its results taken along. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import { useNavigate } from "react-router";
import { asFault, send, useChange, type Own, type ProjectFacts } from "../../api";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { notify } from "../../ui/notices";
import { resultsAddress } from "./places";
import { isUnderWay } from "./Sign";
import { useText } from "./text";

interface ActionsProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly batch: Own.BatchDescription;
  readonly onDelete: () => void;
}

export function Actions(props: ActionsProps) {
  const { project, batch } = props;
  const t = useText();
  const [isAsking, setAsking] = useState(false);
  const stop = useChange("vedette", "StopBatchDetection");
  const resume = useChange("vedette", "ResumeBatchDetection");
  const which = { ProjectArn: project.arn, BatchId: batch.BatchId ?? "" };
  const canResume = batch.Status === "cancelled" || batch.Status === "failed";
  const error = stop.error ?? resume.error;
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {isUnderWay(batch) ? (
          <Button loading={stop.isPending} onClick={() => stop.mutate(which)}>
            {t("stop")}
          </Button>
        ) : (
          <ButtonDropdown items={[{ id: "delete", text: t("delete") }]} onItemClick={() => setAsking(true)}>
            {t("actions")}
          </ButtonDropdown>
        )}
        {canResume && (
          <Button loading={resume.isPending} onClick={() => resume.mutate(which)}>
            {t("resume")}
          </Button>
        )}
        <Download project={project} batch={batch} />
      </SpaceBetween>
      {error !== null && <FaultAlert error={error} />}
      {isAsking && <DeleteBatch {...props} onClose={() => setAsking(false)} />}
    </SpaceBetween>
  );
}

/** What is written so far, also of a batch under way: asked first, since no page can show what a download refuses. */
function Download({ project, batch }: Pick<ActionsProps, "project" | "batch">) {
  const t = useText();
  const link = useRef<HTMLAnchorElement>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const address = resultsAddress(project.arn, batch.BatchId ?? "");
  const begin = async () => {
    setBusy(true);
    setError(null);
    try {
      await send(`${address}&check=yes`);
      link.current?.click();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button
        variant="primary"
        iconName="download"
        loading={isBusy}
        disabled={(batch.Done ?? 0) === 0}
        onClick={() => void begin()}
      >
        {t("download")}
      </Button>
      {error !== null && <FaultAlert error={error} />}
      <a ref={link} hidden download href={`/console/api/${address}`}>
        {t("download")}
      </a>
    </>
  );
}

/** Its results stay in the bucket, which is said. */
function DeleteBatch({ project, route, batch, onDelete, onClose }: ActionsProps & { onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const remove = useChange("vedette", "DeleteBatchDetection", [["vedette", "ListBatchDetections"]]);
  const { BatchName: name = "", BatchId: id = "" } = batch;
  // The page goes first: it would ask for what is not there any more. A notice says what became of it.
  const begin = async () => {
    onDelete();
    await navigate(`${route}/batches`);
    try {
      await remove.mutateAsync({ ProjectArn: project.arn, BatchId: id });
      notify({ id, type: "success", content: t("deleted", { name }) });
    } catch (error) {
      notify({ id, type: "error", header: t("deleteFailed", { name }), content: asFault(error).message });
    }
  };
  return (
    <Confirm title={t("delete")} action={t("delete")} onClose={onClose} onConfirm={() => void begin()}>
      <Box>
        <bdi>{name}</bdi>: {t("deleteHelp")} <bdi>{batch.Address}</bdi>
      </Box>
    </Confirm>
  );
}
