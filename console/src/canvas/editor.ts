/**
 * The editor of one picture: a scene, the tool in hand, the selection and the history, changed by events and
 * commands. No DOM and no framework; who draws it hears what needs drawing, who shows its state hears that
 * it is other.
 */

import { History } from "./history";
import type { MaskEdit, Operation, Span } from "./mask/mask";
import type { Pixels } from "./mask/flood";
import { isEmptyChange, type MaskChange, type Scene, type SceneChange } from "./scene";
import { placeBoxes, type Boxes, type BoxShape } from "./shapes/boxes";
import { toPixels, toShares, type Box, type Point } from "./shapes/geometry";
import { gradientEdges, type Patch } from "./shapes/gradients";
import { edgesOf, SNAP_REACH, type Edges } from "./shapes/snapping";
import type { CanvasEvent, Intent, OutlineRequest, PixelBox, ToolContext } from "./tools/machine";
import { IDLE, MASK_TOOLS, step, type Tool, type ToolName } from "./tools/tools";

/** What has to be drawn again. */
export interface Damage {
  readonly boxes?: boolean;
  readonly overlay?: boolean;
  /** Tiles of a type that changed; all of them where `tiles` is missing. */
  readonly mask?: { readonly label: string; readonly tiles?: Iterable<number> };
}

/** Why nothing happened, for a person to be told. */
export type Refusal = "no label" | "locked label" | "no outline";

export interface EditorPorts {
  /** The picture's colours, for the flood. */
  readonly pixels?: () => Pixels | undefined;
  /** Proposes an outline as runs of pixels of the whole picture. */
  readonly outline?: (request: OutlineRequest) => Promise<readonly Span[]>;
  /** A part of the picture around a point, some pixels of it to each side; for edges that attract. */
  readonly patch?: (point: Point, around: number) => Patch | undefined;
  readonly onDamage?: (damage: Damage) => void;
  readonly onRefusal?: (refusal: Refusal) => void;
}

export class Editor {
  readonly scene: Scene;
  readonly #ports: EditorPorts;
  readonly #history = new History<SceneChange>();
  readonly #watchers = new Set<() => void>();
  #tool: Tool = IDLE.select;
  #selected: readonly string[] = [];
  #hidden: ReadonlySet<string> = new Set();
  #locked: ReadonlySet<string> = new Set();
  #stroke: { readonly label: string; readonly edit: MaskEdit } | undefined;
  #label: string | undefined;
  #radius = 8;
  #tolerance = 24;
  #scale = 1;
  #lastId = 0;
  #question = 0;
  #version = 0;
  #contentVersion = 0;

  constructor(scene: Scene, ports: EditorPorts = {}) {
    this.scene = scene;
    this.#ports = ports;
  }

  get tool(): Tool {
    return this.#tool;
  }
  get selected(): readonly string[] {
    return this.#selected;
  }
  get label(): string | undefined {
    return this.#label;
  }
  get radius(): number {
    return this.#radius;
  }
  get tolerance(): number {
    return this.#tolerance;
  }
  get canUndo(): boolean {
    return this.#history.canUndo;
  }
  get canRedo(): boolean {
    return this.#history.canRedo;
  }
  /** Grows with everything that a person may see in a panel; for `useSyncExternalStore`. */
  get version(): number {
    return this.#version;
  }
  /** Grows with every change of what is labelled. */
  get contentVersion(): number {
    return this.#contentVersion;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  isHidden(key: string): boolean {
    return this.#hidden.has(key);
  }
  isLocked(key: string): boolean {
    return this.#locked.has(key);
  }

  /** Say whether a box is drawn: neither it nor its label is hidden. */
  isShown(shape: BoxShape): boolean {
    return !this.#hidden.has(boxKey(shape.id)) && !this.#hidden.has(labelKey(shape.label));
  }

  /** Take an event of pointer or keyboard. */
  handle(event: CanvasEvent): void {
    const [next, intents] = step(this.#tool, event, this.#context());
    const isNewState = next.at !== this.#tool.at || intents.length > 0;
    this.#tool = next;
    for (const intent of intents) {
      this.#carryOut(intent);
    }
    this.#ports.onDamage?.({ overlay: true });
    if (isNewState) {
      this.#tell();
    }
  }

  setTool(name: ToolName): void {
    this.#endPainting();
    this.#tool = name === "outline" ? { name, at: "idle", number: this.#question } : IDLE[name];
    if (MASK_TOOLS.includes(name)) {
      this.#selected = [];
    }
    this.#ports.onDamage?.({ overlay: true, boxes: true });
    this.#tell();
  }

  setLabel(label: string | undefined): void {
    this.#label = label;
    this.#tell();
  }

  setRadius(radius: number): void {
    this.#radius = Math.min(512, Math.max(0.5, radius));
    this.#ports.onDamage?.({ overlay: true });
    this.#tell();
  }

  setTolerance(tolerance: number): void {
    this.#tolerance = Math.min(255, Math.max(0, tolerance));
    this.#tell();
  }

  /** Say how large the picture is shown: what a hand may miss by depends on it. */
  setScale(scale: number): void {
    this.#scale = scale;
  }

  select(ids: readonly string[]): void {
    this.#selected = ids;
    this.#ports.onDamage?.({ boxes: true });
    this.#tell();
  }

  setHidden(key: string, isHidden: boolean): void {
    this.#hidden = withKey(this.#hidden, key, isHidden);
    this.#ports.onDamage?.({ boxes: true });
    for (const label of this.scene.order) {
      this.#ports.onDamage?.({ mask: { label } });
    }
    this.#tell();
  }

  setLocked(key: string, isLocked: boolean): void {
    this.#locked = withKey(this.#locked, key, isLocked);
    this.#selected = this.#selected.filter((id) => this.#touchable().some((shape) => shape.id === id));
    this.#ports.onDamage?.({ boxes: true });
    this.#tell();
  }

  newId(): string {
    this.#lastId += 1;
    return `new-${String(this.#lastId)}`;
  }

  /** Change the boxes, as one step of the history. */
  changeBoxes(change: (boxes: Boxes) => Boxes): void {
    const before = this.scene.boxes;
    const after = change(before);
    const isSame = after.length === before.length && after.every((shape, place) => shape === before[place]);
    if (!isSame) {
      this.commit({ boxes: { before, after } });
    }
  }

  /** Change masks, and boxes with them, as one step of the history. */
  changeMasks(paint: (edit: (label: string) => MaskEdit) => void, boxes?: Boxes): void {
    this.#endPainting();
    const edits = new Map<string, MaskEdit>();
    paint((label) => {
      const edit = edits.get(label) ?? this.scene.edit(label);
      edits.set(label, edit);
      return edit;
    });
    const masks: MaskChange[] = [...edits].map(([label, edit]) => ({ label, tiles: edit.finish() }));
    const before = this.scene.boxes;
    this.commit(boxes === undefined ? { masks } : { masks, boxes: { before, after: boxes } });
  }

  /**
   * Show guesses, dashed, in place of those shown before. They are no change of what is labelled; where
   * something was changed already they come as a step of the history, so that undo knows of them.
   */
  propose(drafts: Boxes): void {
    const before = this.scene.boxes;
    const after = [...before.filter((shape) => shape.draft === undefined), ...drafts];
    const change: SceneChange = { boxes: { before, after } };
    if (this.#history.canUndo || this.#history.canRedo) {
      this.commit(change);
      return;
    }
    this.scene.apply(change, "after");
    this.#ports.onDamage?.({ boxes: true, overlay: true });
    this.#tell();
  }

  /** Make a change and note it; one that changes nothing is passed over. */
  commit(change: SceneChange): void {
    if (isEmptyChange(change)) {
      return;
    }
    this.scene.apply(change, "after");
    this.#history.push(change);
    this.#changed(change);
  }

  undo(): void {
    this.#endPainting();
    const change = this.#history.undo();
    if (change !== undefined) {
      this.scene.apply(change, "before");
      this.#changed(change);
    }
  }

  redo(): void {
    this.#endPainting();
    const change = this.#history.redo();
    if (change !== undefined) {
      this.scene.apply(change, "after");
      this.#changed(change);
    }
  }

  /** Return the boxes that a pointer can touch, from the lowest to the uppermost. */
  #touchable(): BoxShape[] {
    return this.scene.boxes.filter(
      (shape) =>
        this.isShown(shape) &&
        !this.#locked.has(boxKey(shape.id)) &&
        !this.#locked.has(labelKey(shape.label)),
    );
  }

  #context(): ToolContext {
    const { size } = this.scene;
    const pixelBoxes = (shapes: readonly BoxShape[]): PixelBox[] =>
      shapes.map(({ id, box }) => ({ id, box: toPixels(box, size) }));
    const edges = (except: readonly string[]): Edges =>
      edgesOf(
        pixelBoxes(this.scene.boxes.filter((shape) => this.isShown(shape) && !except.includes(shape.id))).map(
          ({ box }) => box,
        ),
        size,
      );
    return {
      size,
      reach: SNAP_REACH / this.#scale,
      boxes: pixelBoxes(this.#touchable()),
      selected: this.#selected,
      edges,
      gradients: (point) => this.#gradients(point),
      radius: this.#radius,
      tolerance: this.#tolerance,
      pixels: () => this.#ports.pixels?.(),
    };
  }

  #gradients(point: Point): Edges {
    const patch = this.#ports.patch?.(point, SNAP_REACH / this.#scale);
    return patch === undefined ? { xs: [], ys: [] } : gradientEdges(patch);
  }

  #carryOut(intent: Intent): void {
    switch (intent.do) {
      case "select":
        this.select(intent.ids);
        break;
      case "add box":
        this.addBox(intent.box);
        break;
      case "place boxes":
        this.changeBoxes((boxes) => placeBoxes(boxes, intent.boxes, this.scene.size));
        break;
      case "paint":
        this.#paint(intent.spans, intent.operation);
        break;
      case "end painting":
        this.#endPainting();
        break;
      case "revert painting":
        this.#revertPainting();
        break;
      case "ask outline":
        this.#askOutline(intent.request);
        break;
    }
  }

  /** Add a box, given in pixels, of the label in hand, and select it. */
  addBox(box: Box): void {
    const label = this.#usableLabel();
    if (label !== undefined) {
      const shape = { id: this.newId(), label, box: toShares(box, this.scene.size) };
      this.changeBoxes((boxes) => [...boxes, shape]);
      this.select([shape.id]);
    }
  }

  #paint(spans: Iterable<Span>, operation: Operation): void {
    const label = this.#stroke?.label ?? this.#usableLabel();
    if (label === undefined) {
      return;
    }
    this.#stroke ??= { label, edit: this.scene.edit(label) };
    this.#stroke.edit.applyAll(spans, operation);
    this.#ports.onDamage?.({ mask: { label, tiles: this.#stroke.edit.takeDirty() } });
  }

  #endPainting(): void {
    const stroke = this.#stroke;
    this.#stroke = undefined;
    if (stroke !== undefined) {
      this.commit({ masks: [{ label: stroke.label, tiles: stroke.edit.finish() }] });
    }
  }

  #revertPainting(): void {
    const stroke = this.#stroke;
    this.#stroke = undefined;
    if (stroke !== undefined) {
      stroke.edit.revert();
      this.#ports.onDamage?.({ mask: { label: stroke.label, tiles: stroke.edit.takeDirty() } });
    }
  }

  #askOutline(request: OutlineRequest): void {
    this.#question = request.number;
    const { outline } = this.#ports;
    if (outline === undefined) {
      this.#refuseOutline(request.number);
      return;
    }
    outline(request).then(
      (spans) => {
        this.handle({ on: "outline", number: request.number, spans });
      },
      () => {
        this.#refuseOutline(request.number);
      },
    );
  }

  #refuseOutline(number: number): void {
    this.handle({ on: "no outline", number });
    this.#ports.onRefusal?.("no outline");
  }

  #usableLabel(): string | undefined {
    if (this.#label === undefined) {
      this.#ports.onRefusal?.("no label");
      return undefined;
    }
    if (this.#locked.has(labelKey(this.#label))) {
      this.#ports.onRefusal?.("locked label");
      return undefined;
    }
    return this.#label;
  }

  #changed(change: SceneChange): void {
    this.#contentVersion += 1;
    const ids = new Set(this.scene.boxes.map((shape) => shape.id));
    this.#selected = this.#selected.filter((id) => ids.has(id));
    if (change.boxes !== undefined) {
      this.#ports.onDamage?.({ boxes: true, overlay: true });
    }
    for (const { label, tiles } of change.masks ?? []) {
      this.#ports.onDamage?.({ mask: { label, tiles: tiles.map(({ index }) => index) } });
    }
    for (const label of change.order?.after ?? []) {
      this.#ports.onDamage?.({ mask: { label } });
    }
    this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}

/** The key by which a single box is hidden or locked. */
export function boxKey(id: string): string {
  return `#${id}`;
}

/** The key by which all of a label, its boxes and its mask, is hidden or locked. */
export function labelKey(label: string): string {
  return `=${label}`;
}

function withKey(keys: ReadonlySet<string>, key: string, isIn: boolean): ReadonlySet<string> {
  const next = new Set(keys);
  if (isIn) {
    next.add(key);
  } else {
    next.delete(key);
  }
  return next;
}
