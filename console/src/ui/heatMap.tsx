/**
 * Where a version looked in a picture: a layer to lay over it, and a switch with opacity and legend.
 *
 *     const view = useHeatView();                       // off, until a person asks
 *     <HeatMapChoice view={view} heat={heat} />         // the switch, the label, the opacity, the legend
 *     <HeatMapLayer heat={heat} view={view} />          // over the picture, in a box of its own size
 */
import Box from "@cloudscape-design/components/box";
import Select from "@cloudscape-design/components/select";
import Slider from "@cloudscape-design/components/slider";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Toggle from "@cloudscape-design/components/toggle";
import { useEffect, useRef, useState } from "react";
import { Fault, useCall, type Own } from "../api";
import { useFormats } from "../i18n/context";
import { Sentence } from "../sentences";
import { heatGradient, paintHeat } from "./heatRamp";
import "./heatMap.css";
import { useUiText } from "./text";

const USUAL_OPACITY = 70;

export interface HeatView {
  readonly isOn: boolean;
  readonly opacity: number;
  /** The label whose map is shown; of a picture that has no such map the first one is. */
  readonly label: string;
  readonly change: (change: Partial<Pick<HeatView, "isOn" | "opacity" | "label">>) => void;
}

/** What a person chose to see; keep it above the pictures, so that it stays from one to the next. */
export function useHeatView(): HeatView {
  const [view, setView] = useState({ isOn: false, opacity: USUAL_OPACITY, label: "" });
  return { ...view, change: (change) => setView((before) => ({ ...before, ...change })) };
}

export interface HeatQuestion {
  readonly arn: string;
  /** The address of an object, or the picture itself in base64. */
  readonly source?: string | undefined;
  readonly bytes?: string | undefined;
  /** Labels to explain though the model did not find them: what is true, above all. */
  readonly labels?: readonly string[] | undefined;
}

export interface PictureHeat {
  readonly maps: readonly Own.HeatMap[];
  readonly isPending: boolean;
  readonly error: Error | null;
}

/** The maps of a picture, asked for when a person wants to see them. */
export function usePictureHeat(question: HeatQuestion, view: HeatView): PictureHeat {
  const { arn, source, bytes, labels = [] } = question;
  const picture = source === undefined ? { Bytes: bytes ?? "" } : { SourceRef: source };
  const answer = useCall(
    "vedette",
    "GetHeatMap",
    { ModelArn: arn, ...picture, ...(labels.length > 0 ? { Labels: labels } : {}) },
    { isEnabled: view.isOn },
  );
  return {
    maps: answer.data?.HeatMaps ?? [],
    isPending: view.isOn && answer.isPending,
    error: view.isOn ? answer.error : null,
  };
}

function chosenOf(maps: readonly Own.HeatMap[], label: string): Own.HeatMap | undefined {
  return maps.find((map) => map.Label === label) ?? maps[0];
}

interface LayerProps {
  readonly heat: PictureHeat;
  readonly view: HeatView;
}

/** The map over a picture: lay it into the same box, which it fills. */
export function HeatMapLayer({ heat, view }: LayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const map = view.isOn ? chosenOf(heat.maps, view.label) : undefined;
  useEffect(() => {
    if (canvas.current === null || map === undefined) return;
    let isCurrent = true;
    void drawMap(map, canvas.current, () => isCurrent);
    return () => {
      isCurrent = false;
    };
  }, [map]);
  if (map === undefined) return null;
  return (
    <canvas ref={canvas} className="heat-layer" aria-hidden="true" style={{ opacity: view.opacity / 100 }} />
  );
}

async function drawMap(map: Own.HeatMap, canvas: HTMLCanvasElement, isCurrent: () => boolean): Promise<void> {
  const bytes = Uint8Array.from(atob(map.Body), (sign) => sign.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
  if (!isCurrent()) return;
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const data = context.getImageData(0, 0, canvas.width, canvas.height);
  paintHeat(data.data);
  context.putImageData(data, 0, 0);
  canvas.setAttribute("data-label", map.Label);
}

/** The switch, and when it is on, the label, the opacity and what the colours mean. */
export function HeatMapChoice({ heat, view }: LayerProps) {
  const t = useUiText();
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs" alignItems="center">
        <Toggle checked={view.isOn} onChange={({ detail }) => view.change({ isOn: detail.checked })}>
          {t("heatMap")}
        </Toggle>
        {heat.isPending && <Spinner />}
      </SpaceBetween>
      {heat.error !== null && (
        <StatusIndicator type="warning">
          {heat.error instanceof Fault ? <Sentence text={heat.error.message} /> : t("heatMapNone")}
        </StatusIndicator>
      )}
      {view.isOn && heat.maps.length > 0 && <HeatMapSettings heat={heat} view={view} />}
    </SpaceBetween>
  );
}

function HeatMapSettings({ heat, view }: LayerProps) {
  const t = useUiText();
  const formats = useFormats();
  const map = chosenOf(heat.maps, view.label);
  if (map === undefined) return null;
  const options = heat.maps.map(({ Label, Confidence }) => ({
    value: Label,
    label: Label,
    labelTag: formats.percent(Confidence),
  }));
  return (
    <div className="heat-settings">
      {options.length > 1 && (
        <Select
          options={options}
          selectedOption={options.find(({ value }) => value === map.Label) ?? null}
          ariaLabel={t("heatMapOf")}
          onChange={({ detail }) => view.change({ label: detail.selectedOption.value ?? "" })}
        />
      )}
      <div className="heat-opacity">
        <Slider
          min={10}
          max={100}
          step={5}
          hideFillLine
          value={view.opacity}
          ariaLabel={t("heatMapOpacity")}
          valueFormatter={(value) => formats.percent(value / 100)}
          onChange={({ detail }) => view.change({ opacity: detail.value })}
        />
      </div>
      <HeatMapLegend scale={map.Scale} />
    </div>
  );
}

/** What the colours mean. */
export function HeatMapLegend({ scale }: { readonly scale: Own.HeatMap["Scale"] }) {
  const t = useUiText();
  const formats = useFormats();
  const isShare = scale === "probability";
  return (
    <div className="heat-legend">
      <Box variant="small">{isShare ? formats.percent(0) : t("heatMapLittle")}</Box>
      <span className="heat-ramp" style={{ backgroundImage: heatGradient() }} />
      <Box variant="small">{isShare ? formats.percent(1) : t("heatMapMuch")}</Box>
    </div>
  );
}
