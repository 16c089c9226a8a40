/** This computer's camera for a page: turned on when a person asks, and off when nobody sees it. */
import { useCallback, useEffect, useRef, useState } from "react";

/** The picture that a camera is asked for; it gives what it can. */
export interface WantedPicture {
  readonly width: { readonly ideal: number };
  readonly height: { readonly ideal: number };
}

const LARGE: WantedPicture = { width: { ideal: 1920 }, height: { ideal: 1080 } };

export type CameraState = "off" | "on" | "denied" | "none" | "busy" | "ended";

/** There is no camera for pages that came over plain http from another machine, whatever the type says. */
export function mediaDevices(): MediaDevices | undefined {
  return (navigator as { readonly mediaDevices?: MediaDevices }).mediaDevices;
}

function stateOf(error: unknown): CameraState {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  return name === "NotFoundError" || name === "OverconstrainedError" ? "none" : "busy";
}

export function useCamera(picture: WantedPicture = LARGE) {
  const stream = useRef<MediaStream | null>(null);
  const [shown, setShown] = useState<MediaStream | null>(null);
  const [state, setState] = useState<CameraState>("off");
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const [device, setDevice] = useState("");
  const release = useCallback(() => {
    stream.current?.getTracks().forEach((track) => track.stop());
    stream.current = null;
  }, []);
  // A camera that nobody sees must not stay on.
  useEffect(() => release, [release]);
  const stop = () => {
    release();
    setShown(null);
    setState("off");
  };
  const start = async (wanted: string) => {
    release();
    try {
      const opened = await mediaDevices()?.getUserMedia({
        video: wanted === "" ? picture : { ...picture, deviceId: { exact: wanted } },
      });
      if (opened === undefined) return;
      stream.current = opened;
      const [track] = opened.getVideoTracks();
      track?.addEventListener("ended", () => setState("ended"));
      setDevice(track?.getSettings().deviceId ?? wanted);
      setShown(opened);
      setState("on");
      // Names are told once a camera was allowed.
      const all = (await mediaDevices()?.enumerateDevices()) ?? [];
      setDevices(all.filter(({ kind }) => kind === "videoinput"));
    } catch (error) {
      setState(stateOf(error));
    }
  };
  return { shown, state, devices, device, start, stop };
}
