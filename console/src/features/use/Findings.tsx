/** What was found in a picture: drawn on it, and in words beside it. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, type ReactNode } from "react";
import { drawFindings } from "../../canvas/render/drawFindings";
import { useFormats } from "../../i18n/context";
import { boxesOf, countedOf, labelOfName, verdictOf, type Detection, type Limit } from "./detection";
import { useText } from "./text";

export interface Judging {
  readonly limit: Limit;
  readonly thresholds: ReadonlyMap<string, number>;
  readonly colorOf: (label: string) => string;
}

/** No canvas is larger: more pixels are on no screen, and boxes are drawn in this size. */
const LONGEST = 1280;

/** Draws a picture with what counts of a detection. */
export function paint(
  canvas: HTMLCanvasElement,
  picture: HTMLCanvasElement | ImageBitmap,
  detection: Detection | null,
  judging: Judging,
  percent: (share: number) => string,
): void {
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const width = Math.round(picture.width * scale);
  const height = Math.round(picture.height * scale);
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const counted = countedOf(detection?.findings ?? [], judging.limit, judging.thresholds);
  drawFindings(canvas, picture, { boxes: boxesOf(counted, percent), mask: detection?.mask ?? null }, (name) =>
    judging.colorOf(labelOfName(name)),
  );
}

interface FindingsPictureProps {
  readonly name: string;
  readonly picture: ImageBitmap;
  readonly detection: Detection | null;
  readonly judging: Judging;
  /** What lies over the picture, such as a heat map. */
  readonly children?: ReactNode;
}

export function FindingsPicture({ name, picture, detection, judging, children }: FindingsPictureProps) {
  const formats = useFormats();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, picture, detection, judging, formats.percent);
  }, [picture, detection, judging, formats]);
  return (
    <div className="use-layers">
      <canvas ref={canvas} className="use-picture" role="img" aria-label={name} data-testid="findings" />
      {children}
    </div>
  );
}

export function FindingsList({
  detection,
  judging,
}: {
  readonly detection: Detection;
  readonly judging: Judging;
}) {
  const formats = useFormats();
  const counted = countedOf(detection.findings, judging.limit, judging.thresholds);
  return (
    <div data-testid="findings-list">
      <SpaceBetween size="s">
        <Verdict detection={detection} judging={judging} count={counted.length} />
        <div>
          {counted.map(({ label, confidence, box }, place) => (
            <Line
              key={place}
              color={box === null ? null : judging.colorOf(label)}
              name={label}
              value={formats.percent(confidence)}
            />
          ))}
          {detection.areas.map(({ label, share, color }) => (
            <Line key={label} color={color} name={label} value={formats.percent(share)} />
          ))}
        </div>
        <Took detection={detection} />
      </SpaceBetween>
    </div>
  );
}

function Took({ detection }: { readonly detection: Detection }) {
  const t = useText();
  const formats = useFormats();
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {t("milliseconds", { count: formats.number(Math.round(detection.milliseconds)) })}
    </Box>
  );
}

const SIGNS = { anomalous: "error", unsure: "warning", normal: "success" } as const;

interface VerdictProps {
  readonly detection: Detection;
  readonly judging: Judging;
  readonly count: number;
}

function Verdict({ detection, judging, count }: VerdictProps) {
  const t = useText();
  const formats = useFormats();
  const verdict = verdictOf(detection, judging.limit);
  if (verdict === null) return count === 0 ? <div className="use-verdict">{t("nothingFound")}</div> : null;
  const confidence = formats.percent(detection.verdict?.confidence ?? 0);
  return (
    <div className="use-verdict">
      <StatusIndicator type={SIGNS[verdict]}>{t(`verdict_${verdict}`, { confidence })}</StatusIndicator>
    </div>
  );
}

function Line({
  color,
  name,
  value,
}: {
  readonly color: string | null;
  readonly name: string;
  readonly value: string;
}) {
  return (
    <div className="use-finding">
      <bdi>
        {color !== null && <span className="use-swatch" style={{ background: color }} />}
        {name}
      </bdi>
      <span>{value}</span>
    </div>
  );
}
