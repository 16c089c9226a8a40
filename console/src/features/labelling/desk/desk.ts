/**
 * The desk: the picture in sight on a canvas, with its editor, and what the editor changes on its way to the
 * line. One picture at a time; leaving it hands over what is not saved yet. No React.
 */

import type { Editor, Refusal } from "../../../canvas/editor";
import * as commands from "../../../canvas/commands";
import type { Span } from "../../../canvas/mask/mask";
import { CanvasView, type ViewListener } from "../../../canvas/render/canvasView";
import { Scene } from "../../../canvas/scene";
import type { OutlineRequest } from "../../../canvas/tools/machine";
import type { ToolName } from "../../../canvas/tools/tools";
import type { Line } from "../../../manifest/lines";
import { maskOf, sizesIn } from "../../../manifest/relabel";
import type { Mode } from "../keymap";
import type { EntryRow } from "../session/entryList";
import type { Workplace } from "../workplace";
import { decodeMask, isDrawnUpright } from "./decode";
import { lineWithBoxes, lineWithMask, sceneWithBoxes, sceneWithMasks, writeMasks } from "./lines";

export type DeskState = "empty" | "loading" | "shown" | "failed";

/** A picture on the desk, with the line that its scene was read from. */
interface Held {
  readonly row: EntryRow;
  readonly line: Line;
  readonly editor: Editor;
  readonly mode: Mode;
  savedVersion: number;
  isNothing: boolean;
}

export interface DeskPorts {
  readonly outline: (source: string, request: OutlineRequest) => Promise<readonly Span[]>;
  readonly onRefusal: (refusal: Refusal) => void;
  readonly listener?: ViewListener;
}

const SAVE_AFTER_MS = 250;

export class Desk {
  readonly view: CanvasView;
  readonly #work: Workplace;
  readonly #ports: DeskPorts;
  readonly #watchers = new Set<() => void>();
  readonly #written = new Map<string, Promise<void>>();
  readonly #masks = new Map<string, Uint8Array<ArrayBuffer>>();
  #held: Held | undefined;
  #wanted: string | undefined;
  #state: DeskState = "empty";
  #error: unknown;
  #timer: number | undefined;
  #whenShown: ((editor: Editor) => void) | undefined;
  #tool: ToolName = "select";
  #label: string | undefined;
  #radius = 8;
  #isStretched = false;
  #version = 0;

  constructor(container: HTMLDivElement, work: Workplace, ports: DeskPorts) {
    this.#work = work;
    this.#ports = ports;
    this.view = new CanvasView(container, ports.listener);
  }

  get state(): DeskState {
    return this.#state;
  }
  get error(): unknown {
    return this.#error;
  }
  get editor(): Editor | undefined {
    return this.#held?.editor;
  }
  /** The entry whose picture is in sight. */
  get entry(): string | undefined {
    return this.#held?.row.id;
  }
  get tool(): ToolName {
    return this.#tool;
  }
  get label(): string | undefined {
    return this.#label;
  }
  get isStretched(): boolean {
    return this.#isStretched;
  }
  get version(): number {
    return this.#version;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Show an entry's picture, unless it is in sight already. */
  async show(row: EntryRow | undefined, mode: Mode): Promise<void> {
    const wanted = row === undefined ? undefined : `${mode} ${row.id} ${row.source}`;
    if (wanted === this.#wanted) {
      return;
    }
    await this.#open(row, mode, wanted);
  }

  /** Show the same picture again, after its line was changed elsewhere. */
  async reload(): Promise<void> {
    const { row, mode } = this.#held ?? {};
    if (row !== undefined && mode !== undefined) {
      this.#held = undefined;
      await this.#open(row, mode, this.#wanted);
    }
  }

  setTool(name: ToolName): void {
    this.#tool = name;
    this.editor?.setTool(name);
    this.#tell();
  }

  setLabel(label: string | undefined): void {
    this.#label = label;
    this.editor?.setLabel(label);
    this.#tell();
  }

  setRadius(radius: number): void {
    this.editor?.setRadius(radius);
    this.#radius = this.editor?.radius ?? radius;
    this.#tell();
  }

  setStretched(isStretched: boolean): void {
    this.#isStretched = isStretched;
    this.view.setStretched(isStretched);
    this.#tell();
  }

  setOpacity(opacity: number): void {
    this.view.setOpacity(opacity);
    this.#tell();
  }

  /** Whether something was changed that has not gone into the line yet. */
  get isUnsaved(): boolean {
    const held = this.#held;
    return held !== undefined && held.savedVersion !== held.editor.contentVersion;
  }

  /** Do something with the next picture, once it is in sight. */
  whenShown(act: (editor: Editor) => void): void {
    this.#whenShown = act;
  }

  /** Say that nothing is to be seen here: an answer too, and not the same as none. */
  answerNothing(): void {
    const held = this.#held;
    if (held !== undefined) {
      commands.clearAll(held.editor);
      held.isNothing = true;
      void this.#save(held);
    }
  }

  /** Hand over what the editor changed, at once. */
  flush(): Promise<void> {
    window.clearTimeout(this.#timer);
    const held = this.#held;
    return held === undefined || held.savedVersion === held.editor.contentVersion
      ? Promise.resolve()
      : this.#save(held);
  }

  /** Hand over what the editor changed, and wait until it is in the line: a mask takes a moment. */
  async settled(): Promise<void> {
    await this.flush();
    await this.#written.get(this.#held?.row.source ?? "");
  }

  destroy(): void {
    void this.flush();
    this.#wanted = "destroyed";
    this.#watchers.clear();
    this.view.destroy();
  }

  async #open(row: EntryRow | undefined, mode: Mode, wanted: string | undefined): Promise<void> {
    void this.flush();
    this.#wanted = wanted;
    this.#held = undefined;
    this.#setState(row === undefined ? "empty" : "loading");
    if (row === undefined) {
      this.view.close();
      return;
    }
    try {
      const picture = await this.#pictureOf(row, mode);
      // A mask may still be on its way into the line from the last time that this picture was in sight.
      await this.#written.get(row.source);
      const line = this.#work.session.lineOf(row);
      const scene = await this.#sceneOf(line, picture, mode);
      if (this.#wanted === wanted) {
        this.#show(row, line, picture, scene, mode);
      }
    } catch (error) {
      if (this.#wanted === wanted) {
        this.#error = error;
        this.view.close();
        this.#setState("failed");
      }
    }
  }

  #show(row: EntryRow, line: Line, picture: ImageBitmap, scene: Scene, mode: Mode): void {
    const editor = this.view.open(picture, scene, {
      outline: (request) => this.#ports.outline(row.source, request),
      onRefusal: this.#ports.onRefusal,
    });
    editor.setLabel(this.#label);
    editor.setRadius(this.#radius);
    editor.setTool(mode === "labels" ? "select" : this.#tool);
    if (this.#isStretched) {
      this.view.setStretched(true);
    }
    const held: Held = { row, line, editor, mode, savedVersion: 0, isNothing: false };
    this.#held = held;
    editor.watch(() => {
      if (this.#held === held) {
        this.#noteChange(held);
      }
    });
    this.#error = undefined;
    const act = this.#whenShown;
    this.#whenShown = undefined;
    act?.(editor);
    this.#setState("shown");
    this.#work.prefetch(mode === "labels" ? "upright" : "stored");
  }

  async #pictureOf(row: EntryRow, mode: Mode): Promise<ImageBitmap> {
    const { pictures, session } = this.#work;
    if (mode === "labels") {
      return pictures.load(row.source, "upright");
    }
    const stored = await pictures.load(row.source, "stored");
    const isUpright = mode === "boxes" && isDrawnUpright(sizesIn(session.lineOf(row)), stored);
    return isUpright ? pictures.load(row.source, "upright") : stored;
  }

  #noteChange(held: Held): void {
    if (held.mode === "boxes") {
      // An outline is pixels; where boxes are wanted, it is the box around them.
      for (const label of held.editor.scene.visibleTypes) {
        commands.maskToBoxes(held.editor, label);
      }
    }
    this.#tool = held.editor.tool.name;
    this.#radius = held.editor.radius;
    if (held.savedVersion !== held.editor.contentVersion) {
      window.clearTimeout(this.#timer);
      this.#timer = window.setTimeout(() => void this.#save(held), SAVE_AFTER_MS);
    }
    this.#tell();
  }

  async #sceneOf(line: Line, picture: ImageBitmap, mode: Mode): Promise<Scene> {
    const size = { width: picture.width, height: picture.height };
    if (mode === "boxes") {
      return sceneWithBoxes(line, size);
    }
    const mask = mode === "masks" ? maskOf(line) : undefined;
    if (mask === undefined) {
      return new Scene(size);
    }
    const bytes = this.#masks.get(mask.ref);
    const blob = bytes === undefined ? await this.#work.target.files.fetch(mask.ref) : new Blob([bytes]);
    return sceneWithMasks(line, size, await decodeMask(blob));
  }

  async #save(held: Held): Promise<void> {
    held.savedVersion = held.editor.contentVersion;
    try {
      await this.#write(held);
    } catch (error) {
      // The person is told, and the next change tries again.
      this.#error = error;
      this.#tell();
    }
  }

  async #write(held: Held): Promise<void> {
    if (held.mode === "boxes") {
      const { line, editor, row, isNothing } = held;
      this.#work.session.save(row, lineWithBoxes(line, editor.scene, this.#work.stamp(), isNothing));
      return;
    }
    if (held.mode === "masks") {
      const before = this.#written.get(held.row.source) ?? Promise.resolve();
      const writing = before.then(() => this.#saveMasks(held));
      this.#written.set(held.row.source, writing);
      await writing;
    }
  }

  async #saveMasks({ row, editor }: Held): Promise<void> {
    const { session, target } = this.#work;
    const mask = await writeMasks(editor.scene, (label) => this.#work.colorOf(label));
    const ref = mask && target.files.maskAddress(row.source, mask.bytes);
    const line = lineWithMask(session.lineOf(row), ref, mask, this.#work.stamp());
    if (mask !== undefined && ref !== undefined) {
      this.#masks.set(ref, mask.bytes);
      session.save(row, line, { ref, bytes: mask.bytes });
    } else {
      session.save(row, line);
    }
  }

  #setState(state: DeskState): void {
    this.#state = state;
    this.#tell();
  }

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) {
      watcher();
    }
  }
}
