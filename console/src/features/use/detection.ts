/** What a version says of one picture, in one form for both services, and what of it is shown. */
import { call } from "../../api";
import { maskOverlay } from "../../canvas/render/drawFindings";
import type { Boxes } from "../../canvas/shapes/boxes";
import type { Box } from "../../canvas/shapes/geometry";
import { blobOf, type Prepared } from "./prepare";
import type { ModelPlace, Serving } from "./model";

export interface Found {
  readonly label: string;
  /** 0…1. */
  readonly confidence: number;
  /** In shares of the picture; null for what is said of all of it. */
  readonly box: Box | null;
}

/** A type of anomaly, and which share of the picture it covers. */
export interface Area {
  readonly label: string;
  readonly share: number;
  readonly color: string;
}

export interface Detection {
  readonly findings: readonly Found[];
  readonly verdict: { readonly isAnomalous: boolean; readonly confidence: number } | null;
  readonly areas: readonly Area[];
  readonly mask: HTMLCanvasElement | null;
  readonly milliseconds: number;
}

/** Everything is asked for, so that another limit needs no other request; a hundredth of a percent is nothing. */
const LEAST_PERCENT = 1;
const BACKGROUND = "background";

export async function detect(model: ModelPlace, picture: Prepared, signal?: AbortSignal): Promise<Detection> {
  const began = performance.now();
  const outcome =
    model.service === "rekognition"
      ? await labelsIn(model, picture, signal)
      : await anomaliesIn(model, picture, signal);
  return { ...outcome, milliseconds: performance.now() - began };
}

type Outcome = Omit<Detection, "milliseconds">;

async function labelsIn(model: ModelPlace, picture: Prepared, signal?: AbortSignal): Promise<Outcome> {
  const answer = await call(
    "rekognition",
    "DetectCustomLabels",
    {
      ProjectVersionArn: model.arn,
      Image: { Bytes: picture.base64 },
      MinConfidence: LEAST_PERCENT,
    },
    { signal },
  );
  const findings = (answer.CustomLabels ?? []).map(({ Name = "", Confidence = 0, Geometry }) => {
    const box = Geometry?.BoundingBox;
    const { Left: left = 0, Top: top = 0, Width: width = 0, Height: height = 0 } = box ?? {};
    return {
      label: Name,
      confidence: Confidence / 100,
      box: box === undefined ? null : { left, top, width, height },
    };
  });
  return { findings, verdict: null, areas: [], mask: null };
}

async function anomaliesIn(model: ModelPlace, picture: Prepared, signal?: AbortSignal): Promise<Outcome> {
  const answer = await call(
    "lookoutvision",
    "DetectAnomalies",
    {
      ProjectName: model.project,
      ModelVersion: model.version,
      ContentType: picture.type,
      Body: picture.base64,
    },
    { signal },
  );
  const {
    IsAnomalous = false,
    Confidence = 0,
    Anomalies = [],
    AnomalyMask,
  } = answer.DetectAnomalyResult ?? {};
  const areas = Anomalies.filter(({ Name }) => Name !== BACKGROUND).map(({ Name = "", PixelAnomaly }) => ({
    label: Name,
    share: PixelAnomaly?.TotalPercentageArea ?? 0,
    color: PixelAnomaly?.Color ?? "#BD10E0",
  }));
  const mask =
    AnomalyMask === undefined || areas.length === 0
      ? null
      : await maskOverlay(blobOf(AnomalyMask, "image/png"));
  return { findings: [], verdict: { isAnomalous: IsAnomalous, confidence: Confidence }, areas, mask };
}

/** The least confidence that counts: one for all, or null for each label's own, found in training. */
export type Limit = number | null;

export function thresholdsOf(serving: Serving | undefined): ReadonlyMap<string, number> {
  return new Map((serving?.Labels ?? []).map(({ Label = "", Threshold = 0.5 }) => [Label, Threshold]));
}

/** What counts of the findings, the surest first. */
export function countedOf(
  findings: readonly Found[],
  limit: Limit,
  thresholds: ReadonlyMap<string, number>,
): readonly Found[] {
  return findings
    .filter(({ label, confidence }) => confidence >= (limit ?? thresholds.get(label) ?? 0.5))
    .sort((one, other) => other.confidence - one.confidence);
}

/** The verdict as a machine would act on it: rejected, passed, or not sure enough to reject. */
export type Verdict = "anomalous" | "unsure" | "normal";

export function verdictOf(detection: Detection, limit: Limit): Verdict | null {
  if (detection.verdict === null) return null;
  const { isAnomalous, confidence } = detection.verdict;
  if (!isAnomalous) return "normal";
  return confidence >= (limit ?? 0) ? "anomalous" : "unsure";
}

/** The services' palette (spec of Lookout, errata 4.3). */
const PALETTE = ["#23A436", "#14A3B3", "#F76902", "#9380FF", "#BD10E0", "#467CE6", "#A09308"];

export function colorsOf(labels: readonly string[]): (label: string) => string {
  const places = new Map(labels.map((label, place) => [label, place]));
  return (label) => PALETTE[(places.get(label) ?? 0) % PALETTE.length] ?? "#23A436";
}

/** The boxes as they are written on a picture: the label with its confidence. */
export function boxesOf(findings: readonly Found[], percent: (share: number) => string): Boxes {
  return findings.flatMap(({ label, confidence, box }, place) =>
    box === null ? [] : [{ id: String(place), label: nameOf(label, percent(confidence)), box }],
  );
}

/** A sign that no label can have stands between a label and its confidence. */
const BETWEEN = "\u2002";

function nameOf(label: string, percent: string): string {
  return `${label}${BETWEEN}${percent}`;
}

export function labelOfName(name: string): string {
  return name.slice(0, name.lastIndexOf(BETWEEN));
}
