/** A video's frames, tried like pictures: the browser reads it, and only the frames are sent. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { closeVideo, framesOf, openVideo } from "../../intake/frames";
import { useText } from "./text";
import { Tries, useTries, type TryProps } from "./TryPictures";

interface Reading {
  readonly share: number | null;
  readonly isRefused: boolean;
}

export function TryVideo(props: TryProps) {
  const t = useText();
  const { queue, tries } = useTries(props);
  const [chosen, setChosen] = useState<number | null>(null);
  const [every, setEvery] = useState("1");
  const [reading, setReading] = useState<Reading>({ share: null, isRefused: false });
  const input = useRef<HTMLInputElement>(null);
  const turn = useRef(0);
  // Another video, or leaving the page, ends the reading of this one.
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );
  const everyS = Number(every.replace(",", "."));
  const isValid = Number.isFinite(everyS) && everyS > 0;

  const read = async (file: File) => {
    turn.current += 1;
    const mine = turn.current;
    const say = (next: Reading) => {
      if (turn.current === mine) setReading(next);
    };
    queue.clear();
    say({ share: 0, isRefused: false });
    let video: HTMLVideoElement | undefined;
    try {
      video = await openVideo(file);
      const frames = framesOf(video, { everyS, difference: 0 }, (share) => say({ share, isRefused: false }));
      for await (const { at, blob } of frames) {
        if (turn.current !== mine) break;
        queue.add([{ name: `${at.toFixed(2)} s`, open: () => Promise.resolve(blob) }]);
      }
      say({ share: null, isRefused: false });
    } catch {
      say({ share: null, isRefused: true });
    } finally {
      if (video !== undefined) closeVideo(video);
    }
  };
  return (
    <SpaceBetween size="m">
      <FormField label={t("every")} description={t("everyHelp")} errorText={isValid ? null : t("everyWrong")}>
        <Input value={every} inputMode="decimal" onChange={({ detail }) => setEvery(detail.value)} />
      </FormField>
      <Button iconName="upload" disabled={!isValid} onClick={() => input.current?.click()}>
        {t("chooseVideo")}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept="video/*"
        data-testid="try-video"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          if (file !== undefined) void read(file);
          event.currentTarget.value = "";
        }}
      />
      {reading.share !== null && <ProgressBar value={100 * reading.share} label={t("readingVideo")} />}
      {reading.isRefused && (
        <Alert type="error" header={t("videoRefused")}>
          {t("videoRefusedHelp")}
        </Alert>
      )}
      <Tries {...props} queue={queue} tries={tries} chosen={chosen} onChoose={setChosen} />
    </SpaceBetween>
  );
}
