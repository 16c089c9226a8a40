/** One version of a picture's labels, drawn over the picture. */

import { useEffect, useRef, useState } from "react";
import { drawStill } from "../../canvas/render/still";
import { Scene } from "../../canvas/scene";
import { Line } from "../../manifest/lines";
import { maskOf, sizesIn } from "../../manifest/relabel";
import { decodeMask, isDrawnUpright } from "./desk/decode";
import { sceneWithBoxes, sceneWithMasks } from "./desk/lines";
import type { PendingEdit } from "./saving/outbox";
import { fetchPicture } from "./saving/server";
import { useText } from "./text";
import type { Workplace } from "./workplace";

/** In pixels of the canvas; the page shows it as wide as its column. */
const SIDES = { width: 640, height: 480 };

interface VersionPictureProps {
  readonly work: Workplace;
  readonly name: string;
  readonly source: string;
  readonly line: string;
  /** A mask that only this browser has yet. */
  readonly mask?: PendingEdit["mask"] | undefined;
}

export function VersionPicture({ work, name, source, line, mask }: VersionPictureProps) {
  const t = useText();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<"loading" | "shown" | "failed">("loading");
  useEffect(() => {
    let isCurrent = true;
    draw(canvas.current, { work, source, line, mask }, () => isCurrent).then(
      () => isCurrent && setState("shown"),
      () => isCurrent && setState("failed"),
    );
    return () => {
      isCurrent = false;
    };
  }, [work, source, line, mask]);
  return (
    <>
      <canvas
        ref={canvas}
        {...SIDES}
        className="vedette-labelling-version"
        role="img"
        aria-label={name}
        data-state={state}
      />
      {state === "failed" && <p>{t("versionFailed")}</p>}
    </>
  );
}

type Drawn = Pick<VersionPictureProps, "work" | "source" | "line" | "mask">;

async function draw(
  canvas: HTMLCanvasElement | null,
  { work, source, line, mask }: Drawn,
  isCurrent: () => boolean,
): Promise<void> {
  const read = Line.read(line);
  const stored = await work.pictures.load(source, "stored");
  const isUpright = isDrawnUpright(sizesIn(read), stored);
  const picture = isUpright ? await work.pictures.load(source, "upright") : stored;
  const size = { width: picture.width, height: picture.height };
  const scene =
    work.place.service === "rekognition" ? sceneWithBoxes(read, size) : await masks(work, read, size, mask);
  if (canvas !== null && isCurrent()) {
    drawStill(canvas, picture, scene, (label) => work.colorOf(label));
  }
}

async function masks(
  work: Workplace,
  line: Line,
  size: { readonly width: number; readonly height: number },
  own: PendingEdit["mask"],
): Promise<Scene> {
  const mask = maskOf(line);
  if (mask === undefined) {
    return new Scene(size);
  }
  const blob =
    own?.ref === mask.ref ? new Blob([own.bytes]) : await fetchPicture(mask.ref, work.place.region);
  return sceneWithMasks(line, size, await decodeMask(blob));
}
