/** Pictures of this computer into a dataset: dropped or chosen, with labels from their folders if wanted. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState, useSyncExternalStore, type DragEvent } from "react";
import { queryClient } from "../../../api";
import type { DatasetType, ProjectService } from "../project";
import { useText } from "../text";
import { filesOfDrop, filesOfInput, isPicture, type ChosenFile } from "./files";
import { Uploader } from "./uploader";

interface UploadPanelProps {
  readonly arn: string;
  readonly service: ProjectService;
  readonly type: DatasetType;
  /** Makes the dataset where it is not there yet. */
  readonly onBegin: () => Promise<void>;
}

export function UploadPanel({ arn, service, type, onBegin }: UploadPanelProps) {
  const t = useText();
  const [isOver, setOver] = useState(false);
  const [hasLabels, setLabels] = useState(true);
  const [passed, setPassed] = useState(0);
  const [uploader, setUploader] = useState<Uploader | null>(null);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);

  const begin = async (chosen: readonly ChosenFile[]) => {
    const pictures = chosen.filter(isPicture);
    setPassed(chosen.length - pictures.length);
    if (pictures.length === 0) return;
    await onBegin();
    const next = new Uploader(pictures, { arn, service, type, hasLabels });
    setUploader(next);
    await next.run();
    await queryClient.invalidateQueries({ queryKey: ["vedette"] });
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void filesOfDrop(event.dataTransfer).then(begin);
  };
  return (
    <SpaceBetween size="s">
      <div
        className={`drop-zone${isOver ? " is-over" : ""}`}
        data-testid={`drop-${type}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <SpaceBetween size="xs">
          <Box variant="strong">{t("dropHere")}</Box>
          <Box color="text-body-secondary">{t("dropHelp")}</Box>
          <div className="drop-buttons">
            <Button iconName="upload" onClick={() => files.current?.click()}>
              {t("chooseFiles")}
            </Button>
            <Button iconName="folder" onClick={() => folder.current?.click()}>
              {t("chooseFolder")}
            </Button>
          </div>
        </SpaceBetween>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          accept="image/*"
          onChange={(event) => event.target.files !== null && void begin(filesOfInput(event.target.files))}
        />
        <input
          ref={(element) => {
            element?.setAttribute("webkitdirectory", "");
            folder.current = element;
          }}
          type="file"
          multiple
          hidden
          onChange={(event) => event.target.files !== null && void begin(filesOfInput(event.target.files))}
        />
      </div>
      <Checkbox
        checked={hasLabels}
        onChange={({ detail }) => setLabels(detail.checked)}
        description={t("folderLabelsHelp")}
      >
        {t("folderLabels")}
      </Checkbox>
      {passed > 0 && <Alert type="info">{t("passedOver", { count: passed })}</Alert>}
      {uploader !== null && <UploadProgress uploader={uploader} />}
    </SpaceBetween>
  );
}

const SHOWN_PROBLEMS = 20;

function UploadProgress({ uploader }: { readonly uploader: Uploader }) {
  const t = useText();
  const state = useSyncExternalStore(uploader.subscribe, uploader.state);
  return (
    <SpaceBetween size="xs">
      <ProgressBar
        value={state.total === 0 ? 100 : (100 * state.done) / state.total}
        label={t("uploading")}
        additionalInfo={t("uploaded", { count: state.done, total: state.total, known: state.known })}
        status={state.isOver ? "success" : "in-progress"}
        resultText={t("uploadedAll", { count: state.done - state.problems.length })}
      />
      {state.isWaiting && <Alert type="warning">{t("uploadWaits")}</Alert>}
      {!state.isOver && <Button onClick={() => uploader.stop()}>{t("stop")}</Button>}
      {state.problems.length > 0 && (
        <Alert type="error" header={t("refusedFiles", { count: state.problems.length })}>
          {state.problems.slice(0, SHOWN_PROBLEMS).map((problem) => (
            <div key={problem.name}>
              <bdi>{problem.name}</bdi>: {problem.sentence}
            </div>
          ))}
        </Alert>
      )}
    </SpaceBetween>
  );
}
