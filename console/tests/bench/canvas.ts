/** The canvas alone on a page, with times noted: what bench/canvas.py drives with a real pointer. */

import { labelKey, type Editor } from "../../src/canvas/editor";
import { Mask, MaskEdit } from "../../src/canvas/mask/mask";
import { CanvasView } from "../../src/canvas/render/canvasView";
import { Scene } from "../../src/canvas/scene";
import type { BoxShape } from "../../src/canvas/shapes/boxes";
import type { ToolName } from "../../src/canvas/tools/tools";

const SIDE = 4096;
const LABELS = ["rust", "chip", "crack", "stain"];
const COLORS = ["#23A436", "#14A3B3", "#F76902", "#9380FF"];

interface Times {
  readonly handler: number[];
  readonly draw: number[];
  readonly gaps: number[];
}

let times: Times = { handler: [], draw: [], gaps: [] };
let last = 0;

const container = document.querySelector<HTMLDivElement>("#stage");
if (container === null) {
  throw new Error("the page has a stage");
}
const view = new CanvasView(container, {
  onTime: (what, milliseconds) => times[what].push(milliseconds),
});
view.setColors(new Map(LABELS.map((label, place) => [label, COLORS[place] ?? "#000000"])));

function frame(now: number): void {
  if (last > 0) {
    times.gaps.push(now - last);
  }
  last = now;
  requestAnimationFrame(frame);
}
requestAnimationFrame(frame);

/** A picture of noise: nothing in it is cheaper to scale than in a photograph. */
async function picture(): Promise<ImageBitmap> {
  const pixels = new Uint32Array(SIDE * SIDE);
  let state = 1;
  for (let place = 0; place < pixels.length; place += 1) {
    state = Math.imul(state, 1664525) + 1013904223;
    pixels[place] = (state >>> 8) | 0xff000000;
  }
  return createImageBitmap(new ImageData(new Uint8ClampedArray(pixels.buffer), SIDE, SIDE));
}

function manyBoxes(): BoxShape[] {
  return Array.from({ length: 300 }, (_, place) => ({
    id: `box ${place}`,
    label: LABELS[place % LABELS.length] ?? "rust",
    box: { left: (place % 20) / 20.5, top: Math.floor(place / 20) / 15.5, width: 0.045, height: 0.06 },
  }));
}

/** Four types that cover the whole picture between them, in discs that overlap. */
function fullMasks(): Map<string, Mask> {
  return new Map(
    LABELS.map((label, place) => {
      const edit = new MaskEdit(new Mask({ width: SIDE, height: SIDE }));
      for (let y = 0; y < SIDE; y += 1) {
        const from = (((y >> 3) * 37 + place * 1024) % SIDE) - 200;
        edit.apply({ y, from, to: from + 1400 }, "add");
      }
      edit.finish();
      return [label, edit.mask] as const;
    }),
  );
}

let editor: Editor | undefined;

const bench = {
  open: async (kind: "boxes" | "mask"): Promise<void> => {
    const scene =
      kind === "boxes"
        ? new Scene({ width: SIDE, height: SIDE }, manyBoxes())
        : new Scene({ width: SIDE, height: SIDE }, [], fullMasks());
    editor = view.open(await picture(), scene);
    editor.setLabel("rust");
    editor.setLocked(labelKey("rust"), false);
    editor.setRadius(24);
  },
  tool: (name: ToolName): void => editor?.setTool(name),
  fit: (): void => view.fit(),
  oneToOne: (): void => view.oneToOne(),
  boxAt: (place: number): { x: number; y: number } => {
    const box = editor?.scene.boxes[place]?.box ?? { left: 0, top: 0, width: 0, height: 0 };
    const { scale, x, y } = view.view;
    return {
      x: (box.left + box.width / 2) * SIDE * scale + x,
      y: (box.top + box.height / 2) * SIDE * scale + y,
    };
  },
  start: (): void => {
    times = { handler: [], draw: [], gaps: [] };
    last = 0;
  },
  times: (): Times => times,
};

Object.assign(window, { bench });
