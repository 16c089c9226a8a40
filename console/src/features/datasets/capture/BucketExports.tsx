/** A project's exports into buckets: how far each is, what came of it, and the buttons that act on it. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { call, queryClient, useCall, type Own } from "../../../api";
import { useFormats } from "../../../i18n/context";
import { useText } from "../../../intake/text";
import { Sentence } from "../../../sentences";
import { FaultAlert } from "../../../ui/faults";
import "./capture.css";

const POLL_MS = 1000;
type Export = Own.ExportDescription;

export function refreshExports(): Promise<void> {
  return queryClient.invalidateQueries({ queryKey: ["vedette", "ListExports"] });
}

export function BucketExports({ arn }: { readonly arn: string }) {
  const t = useText();
  const [isRunning, setRunning] = useState(true);
  const list = useCall("vedette", "ListExports", { ProjectArn: arn }, { everyMs: isRunning && POLL_MS });
  const exports = list.data?.Exports ?? [];
  const runs = list.data === undefined || exports.some((item) => item.Status === "running");
  if (runs !== isRunning) setRunning(runs);
  if (list.error !== null) return <FaultAlert error={list.error} onRetry={() => void list.refetch()} />;
  if (exports.length === 0) return null;
  return (
    <Container header={<Header variant="h2">{t("exportsTitle")}</Header>}>
      <SpaceBetween size="l">
        {exports.map((item) => (
          <OneExport key={item.ExportId} arn={arn} item={item} />
        ))}
      </SpaceBetween>
    </Container>
  );
}

function OneExport({ arn, item }: { readonly arn: string; readonly item: Export }) {
  const t = useText();
  const formats = useFormats();
  const [error, setError] = useState<unknown>(null);
  const names = { ProjectArn: arn, ExportId: item.ExportId ?? "" };
  const act = (operation: "CancelExport" | "DeleteExport") => {
    setError(null);
    call("vedette", operation, names).then(refreshExports, setError);
  };
  const isRunning = item.Status === "running";
  return (
    <SpaceBetween size="xs">
      <div className="export-line">
        <div className="export-place">
          <Box fontWeight="bold">
            <bdi>{item.Address}</bdi>
          </Box>
          <Box color="text-body-secondary" fontSize="body-s">
            {t(item.DatasetType === "test" ? "exportOfTest" : "exportOfTrain", { format: item.Format ?? "" })}{" "}
            · {formats.date(item.CreationDate)}
          </Box>
        </div>
        <Button
          variant={isRunning ? "normal" : "icon"}
          {...(isRunning ? {} : { iconName: "close" as const })}
          ariaLabel={t(isRunning ? "exportCancel" : "exportForget", { place: item.Address ?? "" })}
          onClick={() => act(isRunning ? "CancelExport" : "DeleteExport")}
        >
          {isRunning && t("stop")}
        </Button>
      </div>
      <ExportState item={item} />
      {error !== null && <FaultAlert error={error} />}
    </SpaceBetween>
  );
}

function ExportState({ item }: { readonly item: Export }) {
  const t = useText();
  const { Done = 0, Total = 0, Files = 0, LeftOut = 0 } = item;
  if (item.Status === "running") {
    return (
      <ProgressBar
        value={Total === 0 ? 0 : (100 * Done) / Total}
        ariaLabel={item.Address ?? ""}
        additionalInfo={t("exportProgress", { count: Total, done: Done })}
        description={t("exportLeave")}
      />
    );
  }
  if (item.Status === "done") {
    return (
      <SpaceBetween size="xxs">
        <StatusIndicator>{t("exportDone", { count: Files })}</StatusIndicator>
        {LeftOut > 0 && (
          <StatusIndicator type="warning">{t("exportLeftOut", { count: LeftOut })}</StatusIndicator>
        )}
      </SpaceBetween>
    );
  }
  const isCancelled = item.Status === "cancelled";
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={isCancelled ? "stopped" : "error"}>
        {t(isCancelled ? "exportCancelled" : "exportFailed", { count: Files })}
      </StatusIndicator>
      {!isCancelled && <Sentence text={item.Message ?? ""} />}
    </SpaceBetween>
  );
}
