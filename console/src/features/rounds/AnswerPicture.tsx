/** A picture with what an answer says of it: boxes and a mask over it, labels below. */
import { Line } from "../../manifest/lines";
import { boxesOf, classOf, labelsOf, maskOf, sizesIn } from "../../manifest/relabel";
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
  const judged = classOf(line);
  const names = namesOf(line).filter((name) => name !== "normal" && name !== "anomaly");
  return (
    <div>
      <div className="rounds-picture">
        <img src={thumbnailOf(source)} alt="" />
        {mask !== undefined && (
          <img className="rounds-mask" src={thumbnailOf(mask.ref, "&layer=mask")} alt="" />
        )}
        <Boxes line={line} />
      </div>
      <div>
        {judged !== undefined && <strong>{t(judged ? "anomaly" : "normal")} </strong>}
        {names.length === 0 && judged === undefined ? t("nothing") : <bdi>{names.join(", ")}</bdi>}
      </div>
    </div>
  );
}

function Boxes({ line }: { readonly line: Line }) {
  const [size] = sizesIn(line);
  const boxes = boxesOf(line);
  if (size === undefined || boxes.length === 0) return null;
  return (
    <svg viewBox={`0 0 ${String(size.width)} ${String(size.height)}`} aria-hidden="true">
      {boxes.map(({ box }, place) => (
        <rect
          key={place}
          x={box.left}
          y={box.top}
          width={box.width}
          height={box.height}
          fill="none"
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
}
