/**
 * The canvas on the screen: four Konva layers (picture, masks, boxes, what the tool is about to do), each with
 * one shape that draws all of it, and only when it has to. Pointer and wheel become events of the editor.
 *
 * It holds no state of what is labelled: that is the editor's.
 */

import Konva from "konva/lib/Core";
import type { Layer } from "konva/lib/Layer";
import { rangeOf, stretch } from "../contrast";
import { boxKey, Editor, labelKey, type Damage, type EditorPorts } from "../editor";
import type { Pixels } from "../mask/flood";
import type { Scene } from "../scene";
import type { Boxes } from "../shapes/boxes";
import { contains, type Box, type Point, type Size } from "../shapes/geometry";
import { twinsOf } from "../shapes/twins";
import { fit, keepInSight, pan, zoomBy, zoomTo, type Viewport } from "../viewport";
import { drawBoxes } from "./drawBoxes";
import { drawOverlay } from "./drawOverlay";
import { MaskRaster, type ColoredMask } from "./maskRaster";
import { Patches } from "./patches";
import { listenToPointer } from "./pointer";
import { pictureOf, pixelsOf, Pyramid } from "./pyramid";

export interface HoverReadout {
  readonly x: number;
  readonly y: number;
  readonly color: readonly [number, number, number] | undefined;
}

export interface ViewListener {
  readonly onHover?: (readout: HoverReadout | undefined) => void;
  readonly onView?: (view: Viewport) => void;
  /** Hears how long each handler and each drawing took, in milliseconds; for measurements. */
  readonly onTime?: (what: "handler" | "draw", milliseconds: number) => void;
}

const NO_COLOR = "#7d8998";

export class CanvasView {
  readonly #container: HTMLDivElement;
  readonly #stage: InstanceType<typeof Konva.Stage>;
  readonly #layers: Record<"picture" | "masks" | "boxes" | "overlay", Layer>;
  readonly #listener: ViewListener;
  readonly #resizes: ResizeObserver;
  #editor: Editor | undefined;
  #pyramid: Pyramid | undefined;
  #picture: ImageBitmap | undefined;
  #patches: Patches | undefined;
  #pixels: Pixels | undefined;
  #raster: MaskRaster | undefined;
  #view: Viewport = { scale: 1, x: 0, y: 0 };
  #hover: Point | undefined;
  #isSpaceHeld = false;
  #twins: { readonly boxes: Boxes; readonly ids: ReadonlySet<string> } = { boxes: [], ids: new Set() };
  #isFitted = true;
  #opacity = 0.55;
  #colors: ReadonlyMap<string, string> = new Map();
  #frame = 0;
  #stale = { picture: false, masks: false, boxes: false, overlay: false };
  #staleTiles = new Set<number>();

  constructor(container: HTMLDivElement, listener: ViewListener = {}) {
    this.#container = container;
    this.#listener = listener;
    Konva.autoDrawEnabled = false;
    this.#stage = new Konva.Stage({ container, ...this.screen, listening: false });
    this.#layers = {
      picture: this.#addLayer((context) => this.#pyramid?.draw(context, this.#view, this.screen)),
      masks: this.#addLayer((context) => {
        this.#drawMasks(context);
      }, false),
      boxes: this.#addLayer((context) => {
        this.#drawBoxes(context);
      }),
      overlay: this.#addLayer((context) => {
        this.#drawOverlay(context);
      }),
    };
    this.#showOpacity();
    this.#resizes = new ResizeObserver(() => {
      this.#resize();
    });
    this.#resizes.observe(container);
    listenToPointer(container, {
      view: () => this.#view,
      isPanning: () => this.#isSpaceHeld,
      onEvent: (event) => this.#editor?.handle(event),
      onHover: (point) => {
        this.#setHover(point);
      },
      onPan: (by) => {
        this.pan(by);
      },
      onZoom: (factor, at) => {
        this.#setView(zoomBy(this.#view, factor, at));
      },
      onTime: (milliseconds) => listener.onTime?.("handler", milliseconds),
    });
  }

  get screen(): Size {
    return { width: this.#container.clientWidth || 1, height: this.#container.clientHeight || 1 };
  }
  get view(): Viewport {
    return this.#view;
  }
  /** The point of the picture under the pointer. */
  get hover(): Point | undefined {
    return this.#hover;
  }
  get opacity(): number {
    return this.#opacity;
  }
  get editor(): Editor | undefined {
    return this.#editor;
  }
  get picture(): ImageBitmap | undefined {
    return this.#picture;
  }

  /** Show a picture and what is labelled on it; returns the editor for it. */
  open(picture: ImageBitmap, scene: Scene, ports: Pick<EditorPorts, "outline" | "onRefusal"> = {}): Editor {
    this.#picture = picture;
    this.#pyramid = new Pyramid(picture);
    this.#patches = new Patches(picture);
    this.#pixels = undefined;
    this.#raster = new MaskRaster(scene.size);
    const editor = new Editor(scene, {
      ...ports,
      pixels: () => this.#readPixels(),
      patch: (point, around) => this.#patches?.around(point, around),
      onDamage: (damage) => {
        if (this.#editor === editor) {
          this.#noteDamage(damage);
        }
      },
    });
    this.#editor = editor;
    this.#raster.paintAll(this.#coloredMasks());
    this.fit();
    this.#redrawAll();
    return editor;
  }

  close(): void {
    this.#editor = undefined;
    this.#pyramid = undefined;
    this.#patches = undefined;
    this.#pixels = undefined;
    this.#raster = undefined;
    this.#redrawAll();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.#resizes.disconnect();
    this.#stage.destroy();
    this.#editor = undefined;
  }

  setColors(colors: ReadonlyMap<string, string>): void {
    this.#colors = colors;
    this.#raster?.paintAll(this.#coloredMasks());
    this.#redrawAll();
  }

  setOpacity(opacity: number): void {
    this.#opacity = opacity;
    this.#showOpacity();
  }

  /** The masks are drawn opaque, and the layer is blended as a whole: by the browser, which blends it anyway. */
  #showOpacity(): void {
    this.#layers.masks.getNativeCanvasElement().style.opacity = String(this.#opacity);
  }

  /** Spread the picture's contrast for the eye, or show it as it is. */
  setStretched(isStretched: boolean): void {
    const pixels = isStretched ? this.#readPixels() : undefined;
    const source = pixels === undefined ? this.#picture : pictureOf(pixels, stretch(pixels, rangeOf(pixels)));
    this.#pyramid = source === undefined ? undefined : new Pyramid(source);
    this.#redrawAll();
  }

  fit(): void {
    if (this.#pyramid !== undefined) {
      this.#setView(fit(this.#pyramid.size, this.screen));
      this.#isFitted = true;
    }
  }

  oneToOne(): void {
    this.#setView(zoomTo(this.#view, 1, this.#hoverOnScreen()));
  }

  zoom(factor: number): void {
    this.#setView(zoomBy(this.#view, factor, this.#hoverOnScreen()));
  }

  pan(by: Point): void {
    this.#setView(pan(this.#view, by));
  }

  /** While the space bar is held, the pointer moves the picture whatever the tool. */
  setSpaceHeld(isHeld: boolean): void {
    this.#isSpaceHeld = isHeld;
    this.#container.style.cursor = isHeld ? "grab" : "";
  }

  /** Draw at once what is due, rather than with the next frame. */
  flush(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#draw();
  }

  #addLayer(draw: (context: CanvasRenderingContext2D) => void, isCleared = true): Layer {
    const layer = new Konva.Layer({ listening: false, clearBeforeDraw: isCleared });
    layer.add(
      new Konva.Shape({
        listening: false,
        perfectDrawEnabled: false,
        sceneFunc: (context) => {
          draw(context._context);
        },
      }),
    );
    this.#stage.add(layer);
    return layer;
  }

  #readPixels(): Pixels | undefined {
    if (this.#pixels === undefined && this.#picture !== undefined) {
      this.#pixels = pixelsOf(this.#picture);
    }
    return this.#pixels;
  }

  #coloredMasks(): ColoredMask[] {
    const editor = this.#editor;
    if (editor === undefined) {
      return [];
    }
    return editor.scene.order.flatMap((label) => {
      const mask = editor.scene.mask(label);
      return mask === undefined || editor.isHidden(labelKey(label))
        ? []
        : [{ mask, color: this.#colorOf(label) }];
    });
  }

  #colorOf(label: string): string {
    return this.#colors.get(label) ?? NO_COLOR;
  }

  #noteDamage(damage: Damage): void {
    this.#stale.boxes ||= damage.boxes === true;
    this.#stale.overlay ||= damage.overlay === true;
    if (damage.mask?.tiles !== undefined) {
      for (const tile of damage.mask.tiles) {
        this.#staleTiles.add(tile);
      }
    } else if (damage.mask !== undefined) {
      this.#raster?.paintAll(this.#coloredMasks());
      this.#stale.masks = true;
    }
    this.#schedule();
  }

  #redrawAll(): void {
    this.#stale = { picture: true, masks: true, boxes: true, overlay: true };
    this.#schedule();
  }

  #schedule(): void {
    if (this.#frame === 0) {
      this.#frame = requestAnimationFrame(() => {
        this.#frame = 0;
        this.#draw();
      });
    }
  }

  #draw(): void {
    const start = performance.now();
    const stale = this.#stale;
    this.#stale = { picture: false, masks: false, boxes: false, overlay: false };
    if (stale.picture) {
      this.#layers.picture.draw();
    }
    if (stale.masks || this.#staleTiles.size > 0) {
      this.#drawMaskLayer(stale.masks);
    }
    if (stale.boxes || this.#isPulling()) {
      this.#layers.boxes.draw();
    }
    if (stale.overlay || stale.boxes) {
      this.#layers.overlay.draw();
    }
    this.#listener.onTime?.("draw", performance.now() - start);
  }

  #isPulling(): boolean {
    const tool = this.#editor?.tool;
    return tool?.name === "select" && (tool.at === "moving" || tool.at === "resizing");
  }

  /** The part of the screen that the masks are drawn anew in. */
  #maskPart: Box = { left: 0, top: 0, width: 0, height: 0 };

  #drawMaskLayer(isWhole: boolean): void {
    const raster = this.#raster;
    const tiles = this.#staleTiles;
    this.#staleTiles = new Set();
    raster?.paint(tiles, this.#coloredMasks());
    const boxes =
      raster === undefined || isWhole ? [] : [...tiles].map((tile) => this.#screenBox(raster.boxOf(tile)));
    this.#maskPart = isWhole || raster === undefined ? { left: 0, top: 0, ...this.screen } : boxAround(boxes);
    this.#layers.masks.draw();
  }

  #screenBox({ left, top, width, height }: Box): Box {
    const { scale, x, y } = this.#view;
    const [fromX, fromY] = [Math.floor(left * scale + x) - 1, Math.floor(top * scale + y) - 1];
    return {
      left: fromX,
      top: fromY,
      width: Math.ceil((left + width) * scale + x) + 1 - fromX,
      height: Math.ceil((top + height) * scale + y) + 1 - fromY,
    };
  }

  #drawMasks(context: CanvasRenderingContext2D): void {
    const { left, top, width, height } = this.#maskPart;
    context.save();
    if (width < this.screen.width || height < this.screen.height) {
      context.beginPath();
      context.rect(left, top, width, height);
      context.clip();
    }
    // Cleared whole, and not within a clip, a canvas need not be copied before it is written to.
    context.clearRect(left, top, width, height);
    this.#raster?.draw(context, this.#view, this.#maskPart);
    context.restore();
  }

  #drawBoxes(context: CanvasRenderingContext2D): void {
    const editor = this.#editor;
    if (editor === undefined) {
      return;
    }
    const { tool } = editor;
    drawBoxes(
      context,
      editor.scene.boxes.filter((shape) => editor.isShown(shape)),
      editor.scene.size,
      this.#view,
      this.screen,
      {
        color: (label) => this.#colorOf(label),
        selected: editor.selected,
        twins: this.#twinsOf(editor.scene.boxes),
        preview: "preview" in tool ? tool.preview : new Map<string, Box>(),
        isLocked: (shape) => editor.isLocked(boxKey(shape.id)) || editor.isLocked(labelKey(shape.label)),
      },
    );
  }

  #twinsOf(boxes: Boxes): ReadonlySet<string> {
    if (this.#twins.boxes !== boxes) {
      this.#twins = { boxes, ids: twinsOf(boxes) };
    }
    return this.#twins.ids;
  }

  #drawOverlay(context: CanvasRenderingContext2D): void {
    const editor = this.#editor;
    if (editor !== undefined) {
      const { tool, radius, label } = editor;
      const color = label === undefined ? NO_COLOR : this.#colorOf(label);
      drawOverlay(context, this.#view, this.screen, { tool, hover: this.#hover, radius, color });
    }
  }

  #setView(view: Viewport): void {
    const { size } = this.#pyramid ?? {};
    this.#view = onWholePixels(size === undefined ? view : keepInSight(view, size, this.screen));
    this.#isFitted = false;
    this.#editor?.setScale(this.#view.scale);
    this.#listener.onView?.(this.#view);
    this.#redrawAll();
  }

  #resize(): void {
    this.#stage.size(this.screen);
    if (this.#isFitted) {
      this.fit();
    }
    this.#redrawAll();
  }

  #hoverOnScreen(): Point {
    const { scale, x, y } = this.#view;
    return this.#hover === undefined
      ? { x: this.screen.width / 2, y: this.screen.height / 2 }
      : { x: this.#hover.x * scale + x, y: this.#hover.y * scale + y };
  }

  #setHover(point: Point | undefined): void {
    this.#hover = point;
    this.#stale.overlay = true;
    this.#schedule();
    const size = this.#pyramid?.size;
    if (point === undefined || size === undefined || !contains({ left: 0, top: 0, ...size }, point)) {
      this.#listener.onHover?.(undefined);
      return;
    }
    const [x, y] = [
      Math.min(size.width - 1, Math.floor(point.x)),
      Math.min(size.height - 1, Math.floor(point.y)),
    ];
    this.#listener.onHover?.({ x, y, color: this.#patches?.color(x, y) });
  }
}

/** A picture that begins between two pixels of the screen is blended anew wherever it is moved. */
function onWholePixels({ scale, x, y }: Viewport): Viewport {
  return { scale, x: Math.round(x), y: Math.round(y) };
}

function boxAround(boxes: readonly Box[]): Box {
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const right = Math.max(...boxes.map((box) => box.left + box.width));
  const bottom = Math.max(...boxes.map((box) => box.top + box.height));
  return boxes.length === 0
    ? { left: 0, top: 0, width: 0, height: 0 }
    : { left, top, width: right - left, height: bottom - top };
}
