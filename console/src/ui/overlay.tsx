/**
 * What a person and a model say of a picture, drawn over it: boxes, masks, and whatever lies between.
 *
 *     const [layers, setLayers] = useLayers();                    // both, until a person chooses
 *     <LayerChoice layers={layers} onChange={setLayers} />
 *     <PictureOverlay source={…} url={…} boxes={boxesOf(layers)} masks={masksOf(layers)}>
 *       <HeatMapLayer heat={heat} view={view} />
 *     </PictureOverlay>
 *
 * The picture is shown upright, as EXIF says; masks lie on the raster as it is stored, and so do boxes that a wire
 * tells (decisions/0123, 0148), so that they are turned as the picture is. Asks for nothing but how it lies.
 */
import { useState, type ReactNode } from "react";
import { NO_BOXES, NO_MASKS, OverlayDrawing, type OverlayBox, type OverlayMask } from "./drawing";
import { useOrientation } from "./orientations";
import { useUiText } from "./text";
import type { Sides } from "./turn";

export interface PictureOverlayProps {
  /** The picture's address in its bucket. */
  readonly source: string;
  readonly url: string;
  readonly alt: string;
  readonly boxes?: readonly OverlayBox[];
  readonly masks?: readonly OverlayMask[];
  /** Whether boxes lie on the raster as it is stored, as answers and manifests tell them. */
  readonly areBoxesStored?: boolean;
  readonly isLarge?: boolean;
  /** What to do about a picture that has gone. */
  readonly lostHelp?: string;
  /** What lies between the picture and its boxes, such as a heat map of the picture as it is seen. */
  readonly children?: ReactNode;
}

/** A picture as large as its place allows, with what is drawn over it as large as the picture. */
export function PictureOverlay(props: PictureOverlayProps) {
  const t = useUiText();
  const [isLost, setIsLost] = useState(false);
  if (isLost) {
    return (
      <span className="overlay-lost">
        {t("pictureLost")} {props.lostHelp}
      </span>
    );
  }
  const picture = <DrawnPicture {...props} onLost={() => setIsLost(true)} />;
  return props.isLarge === true ? <span className="overlay-place">{picture}</span> : picture;
}

function DrawnPicture(props: PictureOverlayProps & { readonly onLost: () => void }) {
  const { source, url, alt, boxes = NO_BOXES, masks = NO_MASKS } = props;
  const { areBoxesStored = false, isLarge = false } = props;
  const [sides, setSides] = useState<Sides>();
  const isTurned = masks.length > 0 || (areBoxesStored && boxes.length > 0);
  const orientation = useOrientation(source, isTurned);
  const known = isTurned ? orientation : 1;
  return (
    <span className="overlay">
      <img
        src={url}
        alt={alt}
        style={isLarge && sides !== undefined ? { inlineSize: largeSize(sides) } : {}}
        loading={isLarge ? "eager" : "lazy"}
        decoding="async"
        onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
          setSides({ width: naturalWidth, height: naturalHeight })
        }
        onError={props.onLost}
      />
      {props.children}
      {sides !== undefined && known !== undefined && (
        <OverlayDrawing
          boxes={boxes}
          masks={masks}
          orientation={known}
          sides={sides}
          areBoxesStored={areBoxesStored}
        />
      )}
    </span>
  );
}

/** Small pictures are looked at as large as there is room for, and none is larger than its window. */
function largeSize({ width, height }: Sides): string {
  const shape = String(width / Math.max(1, height));
  return `min(100cqi, max(${String(width)}px, ${String(LEAST_LARGE)}px), 60vh * ${shape})`;
}

const LEAST_LARGE = 420;
