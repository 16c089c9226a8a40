/** Pictures of this computer into a dataset: dropped or chosen, with labels from their folders if wanted. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useRef, useState, useSyncExternalStore, type DragEvent } from "react";
import { queryClient } from "../api";
import { FaultAlert } from "../ui/faults";
import { beginUpload, untilOver } from "./beginning";
import { filesOfDrop, filesOfInput, type Chosen, type ChosenFile } from "./files";
import { FolderPreview } from "./FolderPreview";
import "./intake.css";
import { forgetUploads, isSame, ownUploads, subscribeUploads } from "./running";
import { useText } from "./text";
import type { Picture, UploadTarget } from "./uploader";
import { UploadProgress } from "./UploadProgress";

interface UploadPanelProps extends UploadTarget {
  /** Makes the dataset where it is not there yet. */
  readonly onBegin: () => Promise<void>;
}

const SHOWN_NAMES = 5;

function asPictures(files: readonly ChosenFile[]): Picture[] {
  return files.map(({ name, open }) => ({ name, open }));
}

export function UploadPanel({ onBegin, ...target }: UploadPanelProps) {
  const t = useText();
  const [looked, setLooked] = useState<number | null>(null);
  const [asked, setAsked] = useState<readonly ChosenFile[] | null>(null);
  const [others, setOthers] = useState<readonly string[]>([]);
  const [error, setError] = useState<unknown>(null);
  const uploads = useSyncExternalStore(subscribeUploads, ownUploads);
  const own = uploads.filter((uploader) => isSame(uploader.target, target));

  const begin = async (pictures: readonly Picture[]) => {
    setAsked(null);
    setError(null);
    if (pictures.length === 0) return;
    try {
      await onBegin();
    } catch (fault) {
      setError(fault);
      return;
    }
    forgetUploads(target);
    await untilOver(beginUpload(pictures, target));
    await queryClient.invalidateQueries({ queryKey: ["vedette"] });
  };
  const choose = async (chosen: Promise<Chosen>) => {
    setLooked(0);
    try {
      const { pictures, others: rest } = await chosen;
      setOthers(rest);
      const isFolder = pictures.some(({ folders }) => folders.length > 0);
      if (isFolder) setAsked(pictures);
      else await Promise.resolve(void begin(asPictures(pictures)));
    } catch (fault) {
      setError(fault);
    } finally {
      setLooked(null);
    }
  };
  return (
    <SpaceBetween size="s">
      <DropZone
        type={target.type}
        onDrop={(transfer) => void choose(filesOfDrop(transfer, setLooked))}
        onChoose={(list) => void choose(Promise.resolve(filesOfInput(list)))}
      />
      {looked !== null && (
        <Box>
          <Spinner /> {t("lookingAt", { count: looked })}
        </Box>
      )}
      {asked !== null && (
        <FolderPreview
          files={asked}
          service={target.service}
          onBegin={(pictures) => void begin(pictures)}
          onCancel={() => setAsked(null)}
        />
      )}
      {error !== null && <FaultAlert error={error} />}
      {others.length > 0 && (
        <Alert type="info">
          {t("passedOver", { count: others.length })}{" "}
          <Box display="inline" color="text-body-secondary">
            <bdi>{others.slice(0, SHOWN_NAMES).join(", ")}</bdi>
            {others.length > SHOWN_NAMES && " …"}
          </Box>
        </Alert>
      )}
      {own.map((uploader, place) => (
        <UploadProgress key={place} uploader={uploader} />
      ))}
    </SpaceBetween>
  );
}

interface DropZoneProps {
  readonly type: string;
  /** What is said below the invitation; nothing where pictures become part of a dataset. */
  readonly help?: string;
  readonly onDrop: (transfer: DataTransfer) => void;
  readonly onChoose: (list: FileList) => void;
}

export function DropZone({ type, help, onDrop, onChoose }: DropZoneProps) {
  const t = useText();
  const [isOver, setOver] = useState(false);
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onDrop(event.dataTransfer);
  };
  const input = (element: HTMLInputElement) => {
    if (element.files !== null) onChoose(element.files);
    // The same folder chosen again is a change too.
    element.value = "";
  };
  return (
    <div
      className={`drop-zone${isOver ? " is-over" : ""}`}
      data-testid={`drop-${type}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <SpaceBetween size="xs">
        <Box variant="strong">{t("dropHere")}</Box>
        <Box color="text-body-secondary">{help ?? t("dropHelp")}</Box>
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
        accept="image/*,.heic,.heif"
        data-testid={`choose-files-${type}`}
        onChange={(event) => input(event.currentTarget)}
      />
      <input
        ref={(element) => {
          element?.setAttribute("webkitdirectory", "");
          folder.current = element;
        }}
        type="file"
        multiple
        hidden
        data-testid={`choose-folder-${type}`}
        onChange={(event) => input(event.currentTarget)}
      />
    </div>
  );
}
