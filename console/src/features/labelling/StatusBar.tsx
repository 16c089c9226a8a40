/** The line under the canvas: zoom, the pixel under the pointer, and what the tool can be told. */

import type { HoverReadout } from "../../canvas/render/canvasView";
import { useFormats } from "../../i18n/context";
import type { Desk } from "./desk/desk";
import type { Mode } from "./keymap";
import { useText } from "./text";

interface StatusBarProps {
  readonly desk: Desk | undefined;
  readonly readout: HoverReadout | undefined;
  readonly mode: Mode;
}

export function StatusBar({ desk, readout, mode }: StatusBarProps) {
  const t = useText();
  const formats = useFormats();
  const name = desk?.editor?.tool.name;
  return (
    <footer className="vedette-labelling-status">
      <span>{mode === "labels" || name === undefined ? t("hintLabels") : t(`hint_${name}`)}</span>
      <span className="vedette-labelling-settings">
        {mode === "masks" && desk !== undefined && <MaskSettings desk={desk} />}
        <span data-testid="pixel">{textOf(readout)}</span>
        <span>{desk?.state === "shown" ? formats.percent(desk.view.view.scale) : ""}</span>
      </span>
    </footer>
  );
}

function textOf(readout: HoverReadout | undefined): string {
  if (readout === undefined) {
    return "";
  }
  const color = readout.color === undefined ? "" : ` · ${readout.color.join(" ")}`;
  return `${readout.x}, ${readout.y}${color}`;
}

function MaskSettings({ desk }: { readonly desk: Desk }) {
  const t = useText();
  const { editor, tool } = desk;
  return (
    <>
      {editor !== undefined && (tool === "brush" || tool === "eraser") && (
        <Slider
          label={t("radius")}
          least={1}
          most={100}
          value={Math.round(editor.radius)}
          onChange={(value) => desk.setRadius(value)}
        />
      )}
      {editor !== undefined && tool === "flood" && (
        <Slider
          label={t("tolerance")}
          least={0}
          most={128}
          value={editor.tolerance}
          onChange={(value) => editor.setTolerance(value)}
        />
      )}
      <Slider
        label={t("opacity")}
        least={10}
        most={100}
        value={Math.round(desk.view.opacity * 100)}
        onChange={(value) => desk.setOpacity(value / 100)}
      />
    </>
  );
}

interface SliderProps {
  readonly label: string;
  readonly least: number;
  readonly most: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Slider({ label, least, most, value, onChange }: SliderProps) {
  return (
    <label className="vedette-labelling-slider">
      {label}
      <input
        type="range"
        min={least}
        max={most}
        value={value}
        onChange={(event) => onChange(Number(event.target.value))}
      />
      <output>{value}</output>
    </label>
  );
}
