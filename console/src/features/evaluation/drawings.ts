/** What the overlay draws of a test picture: the boxes of one label or of all, at a threshold, and the masks. */
import type { Layers } from "../../ui/layers";
import { maskUrl, type OverlayBox, type OverlayMask } from "../../ui/drawing";
import type { EvaluationImage } from "./images";

/** Boxes lie on the upright picture, as the evaluation has them. */
export function boxesOf(
  image: EvaluationImage | undefined,
  label: string,
  threshold: number,
  layers: Layers,
): OverlayBox[] {
  const isMeant = (box: { readonly Label?: string | undefined }) => label === "" || box.Label === label;
  const person = layers.person ? (image?.TrueBoxes ?? []).filter(isMeant) : [];
  const model = layers.model
    ? (image?.Findings ?? []).filter(
        (finding) => isMeant(finding) && finding.Left !== undefined && (finding.Confidence ?? 0) >= threshold,
      )
    : [];
  return [
    ...person.map((box): OverlayBox => ({ ...box, kind: "person" })),
    ...model.map((finding): OverlayBox => {
      const isRight = finding.Outcome === "tp" || finding.Outcome === "fn";
      return { ...finding, kind: isRight ? "right" : "wrong" };
    }),
  ];
}

export function masksOf(image: EvaluationImage | undefined, layers: Layers, side?: number): OverlayMask[] {
  const person = layers.person ? image?.TrueMask?.SourceRef : undefined;
  const model = layers.model ? image?.FoundMask?.SourceRef : undefined;
  return [
    ...(person === undefined ? [] : [{ kind: "person", url: maskUrl(person, side) } as const]),
    ...(model === undefined ? [] : [{ kind: "model", url: maskUrl(model, side) } as const]),
  ];
}
