/** A camera's live view with what the model finds in it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import type { Fault } from "../../api";
import { useFormats } from "../../i18n/context";
import { mediaDevices, useCamera, type CameraState } from "../../intake/camera";
import { FaultAlert } from "../../ui/faults";
import { detect, type Detection } from "./detection";
import { FindingsList, paint } from "./Findings";
import { frameOf, grabber, LiveLoop, type LiveFrame, type LiveNumbers } from "./live";
import { useText } from "./text";
import type { TryProps } from "./TryPictures";

/** Large enough for what is sent (640 pixels), and small enough for two cores. */
const WANTED = { width: { ideal: 640 }, height: { ideal: 480 } } as const;
const NOTHING: LiveNumbers = { rate: 0, answered: 0, throttled: 0, isAway: false };
/** How often words change that stand beside the picture: more often nobody can read them. */
const WORDS_MS = 250;

export function LiveView(props: TryProps) {
  const t = useText();
  const camera = useCamera(WANTED);
  const [fault, setFault] = useState<Fault | null>(null);
  const isOn = camera.state === "on" && camera.shown !== null && fault === null;
  const begin = (device: string) => {
    setFault(null);
    void camera.start(device);
  };
  if (mediaDevices() === undefined) {
    return (
      <Alert type="warning" header={t("cameraInsecure")}>
        {t("cameraInsecureHelp")}
      </Alert>
    );
  }
  return (
    <SpaceBetween size="m">
      <Trouble state={camera.state} />
      {fault !== null && (
        <SpaceBetween size="s">
          <FaultAlert error={fault} />
          <Box>{t("liveEnded")}</Box>
        </SpaceBetween>
      )}
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        {isOn ? (
          <Button onClick={camera.stop}>{t("cameraStop")}</Button>
        ) : (
          // The browser asks, so a person must have asked for it first.
          <Button variant="primary" disabled={!props.isRunning} onClick={() => begin(camera.device)}>
            {t("cameraStart")}
          </Button>
        )}
        {isOn && <Devices camera={camera} onChoose={begin} />}
      </SpaceBetween>
      {isOn && camera.shown !== null && (
        <Stage
          {...props}
          stream={camera.shown}
          onEnd={(ended) => {
            camera.stop();
            setFault(ended);
          }}
        />
      )}
    </SpaceBetween>
  );
}

function Trouble({ state }: { readonly state: CameraState }) {
  const t = useText();
  if (state === "off" || state === "on") return null;
  return <Alert type="warning">{t(`camera_${state}`)}</Alert>;
}

interface DevicesProps {
  readonly camera: ReturnType<typeof useCamera>;
  readonly onChoose: (device: string) => void;
}

function Devices({ camera, onChoose }: DevicesProps) {
  const t = useText();
  const options = camera.devices.map(({ deviceId, label }, place) => ({
    value: deviceId,
    label: label === "" ? t("cameraNumber", { number: place + 1 }) : label,
  }));
  if (options.length < 2) return null;
  return (
    <Select
      ariaLabel={t("tabCamera")}
      options={options}
      selectedOption={options.find(({ value }) => value === camera.device) ?? null}
      onChange={({ detail }) => onChoose(detail.selectedOption.value ?? "")}
    />
  );
}

interface StageProps extends TryProps {
  readonly stream: MediaStream;
  readonly onEnd: (fault: Fault) => void;
}

function Stage({ stream, model, needs, judging, onEnd }: StageProps) {
  const t = useText();
  const formats = useFormats();
  const video = useRef<HTMLVideoElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [numbers, setNumbers] = useState(NOTHING);
  const [last, setLast] = useState<Detection | null>(null);
  // The loop outlives a move of the slider: it reads what is so when it draws.
  const now = useRef({ judging, percent: formats.percent, onEnd });
  useEffect(() => {
    now.current = { judging, percent: formats.percent, onEnd };
  });
  useEffect(() => {
    const [element, target] = [video.current, canvas.current];
    if (element === null || target === null) return;
    element.srcObject = stream;
    const stopping = new AbortController();
    let said = 0;
    const loop = new LiveLoop<LiveFrame>(
      {
        nextFrame: frameOf(element),
        grab: grabber(element, needs.size),
        ask: ({ base64 }, signal) => detect(model, { base64, type: "image/jpeg" }, signal),
        show: (frame, detection) => {
          paint(target, frame.canvas, detection, now.current.judging, now.current.percent);
          if (performance.now() - said < WORDS_MS) return;
          said = performance.now();
          setLast(detection);
        },
        wait: (ms) => new Promise((done) => setTimeout(done, ms)),
        now: () => performance.now(),
      },
      setNumbers,
    );
    void loop.run(stopping.signal).then((ended) => {
      if (ended !== null) now.current.onEnd(ended);
    });
    return () => {
      stopping.abort();
      element.srcObject = null;
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the place is made anew with each answer; its ARN stays
  }, [stream, needs, model.arn]);
  return (
    <div className="use-columns">
      <div>
        {/* Decoded and not shown: what is shown is the frame that was asked about. */}
        <video ref={video} className="use-video" autoPlay muted playsInline aria-hidden="true" />
        <canvas
          ref={canvas}
          className="use-picture"
          role="img"
          aria-label={t("tabCamera")}
          data-testid="live"
        />
      </div>
      <SpaceBetween size="s">
        <LiveWords numbers={numbers} />
        {last !== null && <FindingsList detection={last} judging={judging} />}
      </SpaceBetween>
    </div>
  );
}

function LiveWords({ numbers }: { readonly numbers: LiveNumbers }) {
  const t = useText();
  const formats = useFormats();
  return (
    <SpaceBetween size="xs">
      <Box data-testid="live-rate">
        <span data-rate={numbers.rate.toFixed(2)} data-answered={numbers.answered}>
          {t("liveRate", { rate: formats.number(Math.round(10 * numbers.rate) / 10) })}
        </span>
      </Box>
      {numbers.throttled > 0 && (
        <Alert type="warning">{t("liveThrottled", { count: numbers.throttled })}</Alert>
      )}
      {numbers.isAway && <Alert type="warning">{t("liveAway")}</Alert>}
    </SpaceBetween>
  );
}
