/** What the overlay draws of a guess: what the model found, and what a person put in its place. */
import type { Own } from "../../api";
import { Line } from "../../manifest/lines";
import { boxesOf as boxesIn, maskOf } from "../../manifest/relabel";
import type { OverlayBox } from "../../ui/drawing";
import type { Layers } from "../../ui/layers";

export type Shown = Pick<Layers, "model" | "person">;

/** Boxes lie on the raster as it is stored, as answers tell them. */
export function boxesOf({ Boxes = [] }: Own.TrialPicture): OverlayBox[] {
  return Boxes.map((box) => ({ ...box, kind: "model" }));
}

/** The line that somebody drew; of one who only agreed it says what the model said. */
function correctionOf({ Verdict, VerifiedLine = "" }: Own.TrialPicture): Line | undefined {
  return Verdict === "corrected" && VerifiedLine !== "" ? Line.read(VerifiedLine) : undefined;
}

export function correctedBoxesOf(picture: Own.TrialPicture): OverlayBox[] {
  const line = correctionOf(picture);
  return line === undefined
    ? []
    : boxesIn(line).map(({ box }) => ({
        Left: box.left,
        Top: box.top,
        Width: box.width,
        Height: box.height,
        kind: "person",
      }));
}

export function correctedMaskOf(picture: Own.TrialPicture): string | undefined {
  const line = correctionOf(picture);
  return line === undefined ? undefined : maskOf(line)?.ref;
}

/** On a card there is room for one of them: what would go into the dataset. */
export function shownOnCard({ Verdict, VerifiedLine = "" }: Own.TrialPicture): Shown {
  const isDrawn = Verdict === "corrected" && VerifiedLine !== "";
  return { model: !isDrawn, person: isDrawn };
}
