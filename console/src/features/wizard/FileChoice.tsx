/** Where files of this computer are dropped or chosen: pictures, label files, folders and archives. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useRef, useState, type DragEvent } from "react";
import { asFault } from "../../api";
import { useSentence } from "../../sentences";
import { BadArchive } from "./archive";
import { sourceFiles, type SourceFiles } from "./sources";
import { useText } from "./text";

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    // A dropped file does not know its folder; the entry does.
    Object.defineProperty(file, "webkitRelativePath", { value: entry.fullPath.replace(/^\//u, "") });
    return [file];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const files: File[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return files;
    for (const inner of some) files.push(...(await filesOf(inner)));
  }
}

function dropped(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  const plain = [...transfer.files];
  return (async () => {
    if (entries.length === 0) return plain;
    return (await Promise.all(entries.map(filesOf))).flat();
  })();
}

export function FileChoice({ onChoose }: { readonly onChoose: (chosen: SourceFiles) => void }) {
  const t = useText();
  const say = useSentence();
  const [isOver, setOver] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const take = async (list: Promise<readonly File[]>) => {
    setBusy(true);
    setProblem("");
    try {
      onChoose(await sourceFiles(await list));
    } catch (error) {
      setProblem(error instanceof BadArchive ? t("badArchive") : say(asFault(error).message));
    } finally {
      setBusy(false);
    }
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(dropped(event.dataTransfer));
  };
  const input = (element: HTMLInputElement) => {
    void take(Promise.resolve([...(element.files ?? [])]));
    element.value = "";
  };
  return (
    <SpaceBetween size="s">
      <div
        className={`wizard-drop${isOver ? " is-over" : ""}`}
        data-testid="wizard-drop"
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <SpaceBetween size="xs">
          <Box variant="strong">{t("dropHere")}</Box>
          <SpaceBetween direction="horizontal" size="xs">
            <Button iconName="upload" onClick={() => files.current?.click()}>
              {t("chooseFiles")}
            </Button>
            <Button iconName="folder" onClick={() => folder.current?.click()}>
              {t("chooseFolder")}
            </Button>
          </SpaceBetween>
        </SpaceBetween>
        <input
          ref={files}
          type="file"
          multiple
          hidden
          data-testid="wizard-files"
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
          data-testid="wizard-folder"
          onChange={(event) => input(event.currentTarget)}
        />
      </div>
      {isBusy && <Spinner />}
      {problem !== "" && <Alert type="error">{problem}</Alert>}
    </SpaceBetween>
  );
}
