/** Pictures from this computer's camera, one by one or in a burst. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useRef, useState } from "react";
import { mediaDevices, useCamera, type CameraState } from "../../../intake/camera";
import { jpegOf } from "../../../intake/converting";
import { useText } from "../../../intake/text";
import { FaultAlert } from "../../../ui/faults";
import "./capture.css";
import { LabelInput } from "./LabelInput";
import { nextShotId } from "./shots";
import { Taken } from "./Taken";
import { useHeldShots } from "./useHeldShots";
import { useTarget } from "./useTarget";

const BURSTS = ["1", "5", "10", "20"];
/** Twice a second: time to turn a part a little. */
const BURST_EVERY_MS = 500;

export function CameraPage() {
  const t = useText();
  const place = useTarget(t("cameraTitle"));
  const video = useRef<HTMLVideoElement>(null);
  const camera = useCamera();
  useEffect(() => {
    if (video.current !== null) video.current.srcObject = camera.shown;
  }, [camera.shown]);
  const [label, setLabel] = useState("");
  const [burst, setBurst] = useState("1");
  const [left, setLeft] = useState(0);
  const [shots, setShots] = useHeldShots("camera", place);

  const takeOne = async () => {
    const element = video.current;
    if (element === null || element.videoWidth === 0) return;
    const blob = await jpegOf(element, element.videoWidth, element.videoHeight);
    const moment = new Date().toISOString().replace(/[:.]/gu, "-");
    const id = nextShotId();
    const name = `camera-${moment}-${String(id)}.jpg`;
    setShots((before) => [...before, { id, name, label: label.trim(), blob, isChosen: true }]);
  };
  const take = async () => {
    for (let rest = Number(burst); rest > 0; rest -= 1) {
      setLeft(rest);
      await takeOne();
      if (rest > 1) await new Promise((resolve) => setTimeout(resolve, BURST_EVERY_MS));
    }
    setLeft(0);
  };
  const isOn = camera.state === "on";
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("cameraIntro")}>
          {t("cameraTitle")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {place.error !== null && <FaultAlert error={place.error} onRetry={place.reload} />}
        {mediaDevices() === undefined ? (
          <Alert type="warning" header={t("cameraInsecure")}>
            {t("cameraInsecureHelp")}
          </Alert>
        ) : (
          <Container>
            <SpaceBetween size="m">
              <CameraTrouble state={camera.state} />
              {/* The browser asks, so a person must have asked for it first. */}
              {!isOn && (
                <Button variant="primary" onClick={() => void camera.start(camera.device)}>
                  {t("cameraStart")}
                </Button>
              )}
              <video
                ref={video}
                className="camera"
                autoPlay
                muted
                playsInline
                hidden={!isOn}
                aria-label={t("cameraTitle")}
              />
              {isOn && (
                <>
                  <div className="capture-fields">
                    <Devices camera={camera} />
                    <LabelInput
                      value={label}
                      labels={place.labels}
                      isLookout={place.isLookout}
                      onChange={setLabel}
                    />
                    <Burst value={burst} onChange={setBurst} />
                  </div>
                  <Button variant="primary" loading={left > 0} onClick={() => void take()}>
                    {left > 1 ? t("cameraLeft", { count: left }) : t("cameraTake")}
                  </Button>
                </>
              )}
            </SpaceBetween>
          </Container>
        )}
        {place.target !== null && (
          <Taken shots={shots} target={place.target} onChange={setShots} onBegin={place.ensure} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

function CameraTrouble({ state }: { readonly state: CameraState }) {
  const t = useText();
  if (state === "off" || state === "on") return null;
  const texts = {
    denied: t("cameraDenied"),
    none: t("cameraNone"),
    busy: t("cameraBusy"),
    ended: t("cameraEnded"),
  };
  return <Alert type="warning">{texts[state]}</Alert>;
}

function Devices({ camera }: { readonly camera: ReturnType<typeof useCamera> }) {
  const t = useText();
  const options = camera.devices.map((device, place) => ({
    value: device.deviceId,
    label: device.label === "" ? t("cameraNumber", { number: place + 1 }) : device.label,
  }));
  return (
    <FormField label={t("cameraDevice")}>
      <Select
        options={options}
        selectedOption={options.find((option) => option.value === camera.device) ?? null}
        onChange={({ detail }) => void camera.start(detail.selectedOption.value ?? "")}
      />
    </FormField>
  );
}

function Burst({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const t = useText();
  const options = BURSTS.map((count) => ({
    value: count,
    label: t("burstCount", { count: Number(count) }),
  }));
  return (
    <FormField label={t("burst")} description={t("burstHelp")}>
      <Select
        options={options}
        selectedOption={options.find((option) => option.value === value) ?? null}
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? "1")}
      />
    </FormField>
  );
}
