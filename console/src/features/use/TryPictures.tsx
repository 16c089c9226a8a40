/** Pictures that are dropped, chosen or pasted, tried one after the other. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useFormats } from "../../i18n/context";
import { filesOfDrop, filesOfInput, type Chosen } from "../../intake/files";
import { DropZone } from "../../intake/UploadPanel";
import { FaultAlert } from "../../ui/faults";
import { HeatMapChoice, HeatMapLayer, useHeatView, type HeatView } from "../../ui/heatMap";
import { countedOf, detect, verdictOf } from "./detection";
import { FindingsList, FindingsPicture, type Judging } from "./Findings";
import { useTriedHeat } from "./heat";
import type { ModelPlace } from "./model";
import { prepare, type PictureNeeds } from "./prepare";
import { useText } from "./text";
import { MOST_TRIES, TryQueue, type Try } from "./tries";

export interface TryProps {
  readonly model: ModelPlace;
  readonly needs: PictureNeeds;
  readonly judging: Judging;
  readonly isRunning: boolean;
}

export function useTries({ model, needs }: TryProps) {
  const queue = useMemo(
    () => new TryQueue(async (picture, signal) => detect(model, await prepare(picture, needs), signal)),
    // The model's place is made anew with each answer of the server; it is the same one as long as its ARN is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [model.arn, needs],
  );
  useEffect(() => () => queue.clear(), [queue]);
  const tries = useSyncExternalStore(queue.subscribe, queue.tries);
  return { queue, tries };
}

export function TryPictures(props: TryProps) {
  const t = useText();
  const { queue, tries } = useTries(props);
  const [chosen, setChosen] = useState<number | null>(null);
  const [others, setOthers] = useState(0);
  const [error, setError] = useState<unknown>(null);
  const add = async (files: Promise<Chosen>) => {
    setError(null);
    try {
      const { pictures, others: rest } = await files;
      setOthers(rest.length);
      const [first] = queue.add(
        pictures.map(({ name, folders, open }) => ({ name: [...folders, name].join("/"), open })),
      );
      if (first !== undefined) setChosen(first);
    } catch (fault) {
      setError(fault);
    }
  };
  usePaste((files) => {
    const [first] = queue.add(files.map((file) => ({ name: file.name, open: () => Promise.resolve(file) })));
    if (first !== undefined) setChosen(first);
  });
  return (
    <SpaceBetween size="m">
      <DropZone
        type="try"
        help={t("dropHelp")}
        onDrop={(transfer) => void add(filesOfDrop(transfer))}
        onChoose={(list) => void add(Promise.resolve(filesOfInput(list)))}
      />
      {error !== null && <FaultAlert error={error} />}
      {others > 0 && <Alert type="info">{t("noPictures", { count: others })}</Alert>}
      {queue.passedOver > 0 && (
        <Alert type="info">{t("passedOver", { count: queue.passedOver, most: MOST_TRIES })}</Alert>
      )}
      <Tries {...props} queue={queue} tries={tries} chosen={chosen} onChoose={setChosen} />
    </SpaceBetween>
  );
}

/** Pictures of the clipboard, wherever on the page they are pasted; text goes where it is pasted. */
function usePaste(take: (files: readonly File[]) => void): void {
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])].filter(({ type }) => type.startsWith("image/"));
      if (files.length === 0) return;
      event.preventDefault();
      take(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  });
}

interface TriesProps extends TryProps {
  readonly queue: TryQueue;
  readonly tries: readonly Try[];
  readonly chosen: number | null;
  readonly onChoose: (id: number) => void;
}

export function Tries({ queue, tries, chosen, onChoose, judging, isRunning, model, needs }: TriesProps) {
  const t = useText();
  const view = useHeatView();
  if (tries.length === 0) return null;
  const shown = tries.find(({ id }) => id === chosen) ?? tries[0];
  const done = tries.filter(({ state }) => state.kind !== "waiting" && state.kind !== "running").length;
  return (
    <div className="use-columns">
      {shown !== undefined && (
        <Shown key={shown.id} item={shown} arn={model.arn} needs={needs} judging={judging} view={view} />
      )}
      <SpaceBetween size="s">
        {shown?.state.kind === "done" && <FindingsList detection={shown.state.detection} judging={judging} />}
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Box>{t("triedOf", { done, count: tries.length })}</Box>
          {isRunning && tries.some(({ state }) => state.kind === "failed") && (
            <Button onClick={() => queue.again()}>{t("tryAgain")}</Button>
          )}
          <Button onClick={() => queue.clear()}>{t("clear")}</Button>
        </SpaceBetween>
        <div className="use-tries">
          {tries.map((item) => (
            <button
              key={item.id}
              type="button"
              className="use-try"
              aria-pressed={item.id === shown?.id}
              onClick={() => onChoose(item.id)}
            >
              <bdi>{item.name}</bdi>
              <Summary item={item} judging={judging} />
            </button>
          ))}
        </div>
      </SpaceBetween>
    </div>
  );
}

function Summary({ item, judging }: { readonly item: Try; readonly judging: Judging }) {
  const t = useText();
  const formats = useFormats();
  const { state } = item;
  if (state.kind === "waiting") return <StatusIndicator type="pending">{t("waits")}</StatusIndicator>;
  if (state.kind === "running") return <Spinner />;
  if (state.kind !== "done") return <StatusIndicator type="error">{t("notTried")}</StatusIndicator>;
  const verdict = verdictOf(state.detection, judging.limit);
  if (verdict !== null) return <span>{t(`short_${verdict}`)}</span>;
  const [best, ...more] = countedOf(state.detection.findings, judging.limit, judging.thresholds);
  if (best === undefined) return <span>–</span>;
  return (
    <span>
      <bdi>{best.label}</bdi> {formats.percent(best.confidence)}
      {more.length > 0 && ` +${String(more.length)}`}
    </span>
  );
}

interface ShownProps {
  readonly item: Try;
  readonly arn: string;
  readonly needs: PictureNeeds;
  readonly judging: Judging;
  readonly view: HeatView;
}

function Shown({ item, arn, needs, judging, view }: ShownProps) {
  const t = useText();
  const picture = usePicture(item);
  const heat = useTriedHeat(item, arn, needs, view);
  const { state } = item;
  return (
    <SpaceBetween size="s">
      {state.kind === "unfit" && <Alert type="warning">{t(`unfit_${state.reason}`)}</Alert>}
      {state.kind === "failed" && <FaultAlert error={state.fault} />}
      {picture !== null && (
        <FindingsPicture
          name={item.name}
          picture={picture}
          detection={state.kind === "done" ? state.detection : null}
          judging={judging}
        >
          <HeatMapLayer heat={heat} view={view} />
        </FindingsPicture>
      )}
      {state.kind === "done" && <HeatMapChoice heat={heat} view={view} />}
    </SpaceBetween>
  );
}

/** No picture is decoded to be shown that would not be decoded to be tried. */
function usePicture({ open, state }: Try): ImageBitmap | null {
  const [picture, setPicture] = useState<ImageBitmap | null>(null);
  const isUnfit = state.kind === "unfit" && (state.reason === "large" || state.reason === "unreadable");
  useEffect(() => {
    if (isUnfit) return;
    let isOver = false;
    let bitmap: ImageBitmap | undefined;
    const read = async () => {
      bitmap = await createImageBitmap(await open());
      if (isOver) bitmap.close();
      else setPicture(bitmap);
    };
    read.call(null).catch(() => undefined); // what cannot be read is said of the try
    return () => {
      isOver = true;
      bitmap?.close();
    };
  }, [open, isUnfit]);
  return isUnfit ? null : picture;
}
