/** A picture with the boxes or masks of the model and of the person over it. */
import { useState, type ReactNode } from "react";
import type { Own } from "../../api";
import type { EvaluationImage } from "./images";
import type { Layers } from "./layers";
import { useText } from "./text";

interface OverlayProps {
  readonly source: string;
  readonly alt: string;
  readonly image: EvaluationImage | undefined;
  readonly label: string;
  readonly threshold: number;
  readonly layers: Layers;
  /** What lies between the picture and its boxes, such as a heat map. */
  readonly children?: ReactNode;
}

interface Rectangle {
  readonly box: Own.EntryBox;
  readonly kind: "person" | "right" | "wrong";
}

function rectanglesOf({ image, label, threshold, layers }: OverlayProps): Rectangle[] {
  const isMeant = (box: { readonly Label?: string | undefined }) => label === "" || box.Label === label;
  const person = layers.person ? (image?.TrueBoxes ?? []).filter(isMeant) : [];
  const model = layers.model
    ? (image?.Findings ?? []).filter(
        (finding) => isMeant(finding) && finding.Left !== undefined && (finding.Confidence ?? 0) >= threshold,
      )
    : [];
  return [
    ...person.map((box): Rectangle => ({ box, kind: "person" })),
    ...model.map((finding): Rectangle => {
      const isRight = finding.Outcome === "tp" || finding.Outcome === "fn";
      return { box: finding, kind: isRight ? "right" : "wrong" };
    }),
  ];
}

function maskOf(source: string): string {
  const query = new URLSearchParams({ source, side: "256", layer: "mask" });
  return `/console/api/thumbnail?${query.toString()}`;
}

export function Overlay(props: OverlayProps) {
  const t = useText();
  const [isLost, setIsLost] = useState(false);
  const { source, alt, image, layers } = props;
  if (isLost) return <span className="evaluation-lost">{t("lost")}</span>;
  const masks = [
    ...(layers.person && image?.TrueMask?.SourceRef !== undefined
      ? [{ kind: "person", ref: image.TrueMask.SourceRef }]
      : []),
    ...(layers.model && image?.FoundMask?.SourceRef !== undefined
      ? [{ kind: "model", ref: image.FoundMask.SourceRef }]
      : []),
  ];
  return (
    <span className="evaluation-layers">
      <img src={source} alt={alt} loading="lazy" decoding="async" onError={() => setIsLost(true)} />
      {masks.map(({ kind, ref }) => (
        <img
          key={kind}
          className={`evaluation-mask is-${kind}`}
          src={maskOf(ref)}
          alt=""
          onError={({ currentTarget }) => {
            currentTarget.hidden = true;
          }}
        />
      ))}
      {props.children}
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {rectanglesOf(props).map(({ box, kind }, place) => (
          <rect
            key={place}
            className={`is-${kind}`}
            x={box.Left ?? 0}
            y={box.Top ?? 0}
            width={box.Width ?? 0}
            height={box.Height ?? 0}
          />
        ))}
      </svg>
    </span>
  );
}
