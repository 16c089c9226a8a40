/** Frames of a video as pictures: decoded by the browser, chosen by a person, and only then sent. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import Slider from "@cloudscape-design/components/slider";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { useFormats } from "../../../i18n/context";
import { closeVideo, framesOf, MOST_FRAMES, openVideo, type FrameChoice } from "../../../intake/frames";
import { useText } from "../../../intake/text";
import { FaultAlert } from "../../../ui/faults";
import "./capture.css";
import { LabelInput } from "./LabelInput";
import { nextShotId, type ChangeShots } from "./shots";
import { Taken } from "./Taken";
import { useHeldShots } from "./useHeldShots";
import { useTarget } from "./useTarget";

const MOST_DIFFERENCE = 30;

function nameOf(file: File, at: number): string {
  const bare = file.name.replace(/\.[^.]*$/u, "");
  return `${bare}-${at.toFixed(2).padStart(8, "0")}s.jpg`;
}

interface Reading {
  readonly share: number | null;
  readonly isRefused: boolean;
}

/** Reads frames one after the other; a second reading, or leaving the page, ends it, and what was read stays. */
function useFrames(changeShots: ChangeShots) {
  const [reading, setReading] = useState<Reading>({ share: null, isRefused: false });
  const turn = useRef(0);
  useEffect(
    () => () => {
      turn.current += 1;
    },
    [],
  );
  const stop = () => {
    turn.current += 1;
    setReading((before) => ({ ...before, share: null }));
  };
  const read = async (file: File, choice: FrameChoice, label: string) => {
    turn.current += 1;
    const mine = turn.current;
    const change = (part: Partial<Reading>) => {
      if (turn.current === mine) setReading((before) => ({ ...before, ...part }));
    };
    change({ share: 0, isRefused: false });
    changeShots(() => []);
    let video: HTMLVideoElement | undefined;
    try {
      video = await openVideo(file);
      for await (const { at, blob } of framesOf(video, choice, (share) => change({ share }))) {
        if (turn.current !== mine) break;
        const shot = { id: nextShotId(), name: nameOf(file, at), label, blob, isChosen: true };
        changeShots((before) => [...before, shot]);
      }
    } catch {
      change({ isRefused: true });
    } finally {
      if (video !== undefined) closeVideo(video);
      change({ share: null });
    }
  };
  return { reading, read, stop };
}

export function VideoPage() {
  const t = useText();
  const place = useTarget(t("videoTitle"));
  const formats = useFormats();
  const [shots, setShots] = useHeldShots("video", place);
  const { reading, read, stop } = useFrames(setShots);
  const [file, setFile] = useState<File | null>(null);
  const [every, setEvery] = useState("1");
  const [difference, setDifference] = useState(3);
  const [label, setLabel] = useState("");
  const input = useRef<HTMLInputElement>(null);
  const everyS = Number(every.replace(",", "."));
  const isValid = Number.isFinite(everyS) && everyS > 0;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("videoIntro")}>
          {t("videoTitle")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {place.error !== null && <FaultAlert error={place.error} onRetry={place.reload} />}
        <Container>
          <SpaceBetween size="m">
            <SpaceBetween direction="horizontal" size="xs" alignItems="center">
              <Button iconName="upload" onClick={() => input.current?.click()}>
                {t("videoChoose")}
              </Button>
              {file !== null && (
                <Box>
                  <bdi>{file.name}</bdi>
                </Box>
              )}
            </SpaceBetween>
            <input
              ref={input}
              type="file"
              hidden
              accept="video/*"
              data-testid="choose-video"
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
            <div className="capture-fields">
              <FormField
                label={t("videoEvery")}
                description={t("videoEveryHelp", { most: MOST_FRAMES })}
                errorText={isValid ? null : t("videoEveryWrong")}
              >
                <Input value={every} inputMode="decimal" onChange={({ detail }) => setEvery(detail.value)} />
              </FormField>
              <FormField
                label={`${t("videoDifference")}: ${formats.percent(difference / 100)}`}
                description={t("videoDifferenceHelp")}
              >
                <Slider
                  value={difference}
                  min={0}
                  max={MOST_DIFFERENCE}
                  valueFormatter={(value) => `${String(value)} %`}
                  ariaLabel={t("videoDifference")}
                  onChange={({ detail }) => setDifference(detail.value)}
                />
              </FormField>
              <LabelInput
                value={label}
                labels={place.labels}
                isLookout={place.isLookout}
                onChange={setLabel}
              />
            </div>
            <SpaceBetween direction="horizontal" size="xs">
              <Button
                variant="primary"
                disabled={file === null || !isValid || reading.share !== null}
                onClick={() =>
                  file !== null && void read(file, { everyS, difference: difference / 100 }, label.trim())
                }
              >
                {t("videoRead")}
              </Button>
              {reading.share !== null && <Button onClick={stop}>{t("stop")}</Button>}
            </SpaceBetween>
            {reading.share !== null && (
              <ProgressBar
                value={100 * reading.share}
                label={t("videoReading")}
                description={t("videoLeaveHelp")}
                additionalInfo={t("videoFrames", { count: shots.length })}
              />
            )}
            {reading.isRefused && (
              <Alert type="error" header={t("videoRefused")}>
                {t("videoRefusedHelp")}
              </Alert>
            )}
          </SpaceBetween>
        </Container>
        {place.target !== null && (
          <Taken shots={shots} target={place.target} onChange={setShots} onBegin={place.ensure} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
