/**
 * Normal or anomalous: the class name in the metadata decides, never the number. The twin of
 * `vedette/manifest/anomaly.py`.
 */

import type { Attribute, Part, Stamp } from "./attributes";
import { writeLabel } from "./classification";
import { member } from "./lines";

export const ANOMALY_ATTRIBUTE = "anomaly-label";
export const NORMAL = "normal";
export const ANOMALY = "anomaly";

/** Return whether the picture is anomalous; nothing for any other class, which leaves it unlabelled. */
export function readClass({ metadata }: Attribute): boolean | undefined {
  const name = member(metadata, "class-name");
  const folded = typeof name === "string" ? name.toLowerCase() : "";
  return folded === NORMAL ? false : folded === ANOMALY ? true : undefined;
}

/** Return the pair that says what the picture is. */
export function writeClass(isAnomalous: boolean, stamp: Stamp, attribute = ANOMALY_ATTRIBUTE): Part {
  return writeLabel(isAnomalous ? ANOMALY : NORMAL, attribute, stamp, Number(isAnomalous));
}
