/** A picture with what an answer says of it: boxes and a mask over it, labels below. */
import { useState } from "react";
import { Line } from "../../manifest/lines";
import { boxesOf, classOf, labelsOf, maskOf, sizesIn } from "../../manifest/relabel";
import { useOrientation } from "../../ui/orientations";
import { OverlayDrawing, type OverlayBox } from "../../ui/drawing";
import { isLikeUpright, isLying, type Sides } from "../../ui/turn";
import "./rounds.css";
import { useText } from "./text";

const SIDE = 384;

interface AnswerPictureProps {
  readonly source: string;
  readonly line: string;
}

function thumbnailOf(source: string, layer = ""): string {
  return `/console/api/thumbnail?source=${encodeURIComponent(source)}&side=${SIDE}${layer}`;
}

/** What the line says in words: its labels, each once. */
function namesOf(line: Line): string[] {
  return [
    ...new Set([
      ...labelsOf(line),
      ...boxesOf(line).map(({ label }) => label),
      ...(maskOf(line)?.colors.values() ?? []),
    ]),
  ];
}

export function AnswerPicture({ source, line: text }: AnswerPictureProps) {
  const t = useText();
  const line = Line.read(text);
  const mask = maskOf(line);
  const boxes = drawnIn(line);
  const orientation = useOrientation(source, mask !== undefined || boxes.length > 0);
  const [sides, setSides] = useState<Sides>();
  const [drawn] = sizesIn(line);
  // Who drew on the upright picture says so by its size (decisions/0148).
  const isLikeSeen = drawn !== undefined && sides !== undefined && isLikeUpright(drawn, sides);
  const isDrawnUpright = isLikeSeen && isLying(orientation ?? 1);
  const judged = classOf(line);
  const names = namesOf(line).filter((name) => name !== "normal" && name !== "anomaly");
  return (
    <div>
      <div className="rounds-picture">
        <img
          src={thumbnailOf(source)}
          alt=""
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setSides({ width: naturalWidth, height: naturalHeight })
          }
        />
        {orientation !== undefined && sides !== undefined && (
          <OverlayDrawing
            boxes={boxes}
            masks={mask === undefined ? [] : [{ kind: "person", url: thumbnailOf(mask.ref, "&layer=mask") }]}
            orientation={orientation}
            sides={sides}
            areBoxesStored={!isDrawnUpright}
          />
        )}
      </div>
      <div>
        {judged !== undefined && <strong>{t(judged ? "anomaly" : "normal")} </strong>}
        {names.length === 0 && judged === undefined ? t("nothing") : <bdi>{names.join(", ")}</bdi>}
      </div>
    </div>
  );
}

function drawnIn(line: Line): OverlayBox[] {
  return boxesOf(line).map(({ box }) => ({
    Left: box.left,
    Top: box.top,
    Width: box.width,
    Height: box.height,
    kind: "person",
  }));
}
