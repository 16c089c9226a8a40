/** What a command does, to the list or to the picture on the desk: the one place where keys and buttons meet. */

import * as commands from "../../canvas/commands";
import { boxKey, labelKey, type Editor } from "../../canvas/editor";
import { toPicture } from "../../canvas/viewport";
import type { Line } from "../../manifest/lines";
import { labelsOf, withClass, withLabels, withMask } from "../../manifest/relabel";
import { markUnsure, settle } from "../../manifest/unsure";
import type { Desk } from "./desk/desk";
import { takeDraft } from "./drafts/take";
import type { Command, KeyAct, Mode } from "./keymap";
import type { Workplace } from "./workplace";

export interface Hands {
  readonly work: Workplace;
  readonly desk: Desk | undefined;
  readonly mode: Mode;
  readonly onHelp: () => void;
  readonly onSearch: () => void;
  readonly onOrder: () => void;
}

/** What was copied last, on whichever picture. */
let clipboard: commands.Clipboard = { boxes: [], masks: new Map() };

const ZOOM = 1.25;
/** A box made by key is this share of what is in sight. */
const NEW_BOX = 0.2;
const THICKER = 1.25;

export function actFor(hands: Hands, act: KeyAct): void {
  switch (act.do) {
    case "label":
      giveLabel(hands, act.label, act.isAdded);
      break;
    case "nudge":
      edit(hands, (editor) => commands.nudge(editor, act));
      break;
    case "resize":
      edit(hands, (editor) => commands.resizeSelected(editor, act));
      break;
    default:
      ACTS[act.do](hands);
  }
}

/** Give a label: to the picture in the mode of labels, else to what is selected and to what is drawn next. */
function giveLabel({ work, desk, mode }: Hands, label: string, isAdded: boolean): void {
  if (mode === "labels") {
    if (isAdded) {
      work.session.change((line) => settle(withLabels(line, toggled(labelsOf(line), label), work.stamp())));
    } else {
      work.session.change((line) => settle(withLabels(line, [label], work.stamp())), "next");
    }
    return;
  }
  if (mode === "masks" && desk !== undefined && relabelPiece(desk, label)) {
    return;
  }
  desk?.setLabel(label);
  if (mode === "boxes" && desk?.editor !== undefined && desk.editor.selected.length > 0) {
    commands.relabelSelected(desk.editor, label);
  }
}

/** With the select tool a label's key gives the piece of a mask under the pointer to that label. */
function relabelPiece({ editor, tool, view }: Desk, label: string): boolean {
  const { hover } = view;
  if (editor === undefined || tool !== "select" || hover === undefined) {
    return false;
  }
  const [x, y] = [Math.floor(hover.x), Math.floor(hover.y)];
  const from = editor.scene.order.findLast(
    (type) => !editor.isHidden(labelKey(type)) && editor.scene.mask(type)?.has(x, y) === true,
  );
  if (from === undefined || from === label) {
    return false;
  }
  commands.relabelRegion(editor, from, label, hover);
  return true;
}

export function toggled(labels: readonly string[], label: string): readonly string[] {
  return labels.includes(label) ? labels.filter((other) => other !== label) : [...labels, label];
}

function edit({ desk, mode }: Hands, act: (editor: Editor) => void): void {
  if (desk?.editor !== undefined && mode !== "labels") {
    act(desk.editor);
  }
}

function tool(name: Parameters<Desk["setTool"]>[0]): (hands: Hands) => void {
  return ({ desk }) => desk?.setTool(name);
}

function judge(isAnomalous: boolean): (hands: Hands) => void {
  return ({ work, desk, mode }) => {
    if (mode !== "masks") {
      return;
    }
    if (!isAnomalous && desk?.editor !== undefined) {
      // A normal picture shows nothing: what was painted goes, and comes back with undo.
      commands.clearAll(desk.editor);
    }
    const change = (line: Line): Line => {
      const judged = settle(withClass(line, isAnomalous, work.stamp()));
      return isAnomalous ? judged : withMask(judged, undefined, work.stamp());
    };
    // Where types of anomalies are labelled, the next thing to do is to paint; else the next picture.
    work.session.change(change, isAnomalous && work.labels.length > 0 ? "stay" : "next");
  };
}

function same({ work, desk, mode }: Hands): void {
  const { last } = work.session;
  if (last === undefined) {
    return;
  }
  if (mode === "labels") {
    work.session.change((line) => settle(withLabels(line, labelsOf(last), work.stamp())), "next");
  } else if (desk?.editor !== undefined) {
    commands.paste(desk.editor, clipboard);
  }
}

/** Go on to the next picture with everything that is on this one. */
function duplicate({ work, desk, mode }: Hands): void {
  if (desk?.editor === undefined || mode === "labels") {
    return;
  }
  const copied = commands.copy(desk.editor);
  clipboard = copied;
  const { id } = work.session.row ?? {};
  desk.whenShown((editor) => {
    if (work.session.row?.id !== id) {
      commands.paste(editor, copied);
    }
  });
  work.session.skip();
}

function nothing({ work, desk, mode }: Hands): void {
  if (mode === "boxes") {
    desk?.answerNothing();
    work.session.skip();
  } else if (mode === "labels") {
    // In a round a picture without labels is an answer, which its line alone would not tell from none.
    const isAnswer = work.target.round !== undefined;
    work.session.change((line) => settle(withLabels(line, [], work.stamp())), "next", isAnswer);
  }
}

/** Say that one cannot tell, and go on. What was drawn a moment ago goes into the line before the mark does. */
function unsure({ work, desk, mode }: Hands): void {
  const { session } = work;
  if (mode === "labels" || desk === undefined) {
    session.change(markUnsure, "next");
    return;
  }
  const { row } = session;
  void desk.settled().then(() => {
    if (session.row?.id === row?.id) {
      session.change(markUnsure, "next");
    }
  });
}

/** Go to the picture that looks least like those labelled lately; unstudied, to the most different order. */
async function different({ work, onOrder }: Hands): Promise<void> {
  const { session, target } = work;
  const { recent, passed } = session.trail;
  const id = await target.different?.(recent, passed).catch(() => undefined);
  if (id === undefined || !(await session.gotoEntry(id))) {
    onOrder();
  }
}

function remove(hands: Hands): void {
  const { work, mode } = hands;
  if (mode === "labels") {
    work.session.change((line) => withLabels(line, [], work.stamp()));
  } else {
    edit(hands, (editor) => {
      if (editor.selected.length > 0) {
        commands.removeSelected(editor);
      } else if (mode === "masks" && editor.label !== undefined) {
        commands.clearType(editor, editor.label);
      }
    });
  }
}

function undo(hands: Hands): void {
  const { work, desk, mode } = hands;
  if (mode !== "labels" && desk?.editor?.canUndo === true) {
    desk.editor.undo();
  } else {
    work.session.undo();
    void desk?.reload();
  }
}

function convert(hands: Hands): void {
  edit(hands, (editor) => {
    if (hands.mode === "masks" && editor.scene.boxes.length > 0) {
      commands.boxesToMasks(editor);
    } else if (editor.label !== undefined) {
      commands.maskToBoxes(editor, editor.label);
    }
  });
}

function newBox(hands: Hands): void {
  const { desk } = hands;
  edit(hands, (editor) => {
    const { view, screen } = desk?.view ?? {};
    if (view !== undefined && screen !== undefined) {
      const middle = toPicture(view, { x: screen.width / 2, y: screen.height / 2 });
      const [width, height] = [(screen.width * NEW_BOX) / view.scale, (screen.height * NEW_BOX) / view.scale];
      commands.addBox(editor, { left: middle.x - width / 2, top: middle.y - height / 2, width, height });
    }
  });
}

function toggleFlag(kind: "lock" | "hide"): (hands: Hands) => void {
  return (hands) => {
    edit(hands, (editor) => {
      const single = editor.selected.map(boxKey);
      const keys = single.length > 0 ? single : editor.label === undefined ? [] : [labelKey(editor.label)];
      for (const key of keys) {
        if (kind === "lock") {
          editor.setLocked(key, !editor.isLocked(key));
        } else {
          editor.setHidden(key, !editor.isHidden(key));
        }
      }
    });
  };
}

const ACTS: Record<Command, (hands: Hands) => void> = {
  next: ({ work }) => work.session.skip(),
  back: ({ work }) => work.session.back(),
  unlabelled: ({ work }) => void work.session.nextUnlabelled(),
  different: (hands) => void different(hands),
  same,
  nothing,
  unsure,
  sure: ({ work }) => work.session.change(settle),
  clear: remove,
  normal: judge(false),
  anomaly: judge(true),
  undo,
  redo: (hands) => edit(hands, (editor) => editor.redo()),
  help: ({ onHelp }) => onHelp(),
  search: ({ onSearch }) => onSearch(),
  select: tool("select"),
  box: tool("box"),
  brush: tool("brush"),
  eraser: tool("eraser"),
  polygon: tool("polygon"),
  flood: tool("flood"),
  rectangle: tool("rectangle"),
  ellipse: tool("ellipse"),
  outline: tool("outline"),
  thinner: ({ desk }) => desk?.setRadius((desk.editor?.radius ?? 8) / THICKER),
  thicker: ({ desk }) => desk?.setRadius((desk.editor?.radius ?? 8) * THICKER),
  invert: (hands) =>
    edit(hands, (editor) => {
      if (editor.label !== undefined) {
        commands.invertType(editor, editor.label);
      }
    }),
  convert,
  delete: remove,
  copy: (hands) =>
    edit(hands, (editor) => {
      clipboard = commands.copy(editor);
    }),
  paste: (hands) => edit(hands, (editor) => commands.paste(editor, clipboard)),
  duplicate,
  all: (hands) => edit(hands, (editor) => commands.selectAll(editor)),
  backward: (hands) => edit(hands, (editor) => commands.orderSelected(editor, "backward")),
  forward: (hands) => edit(hands, (editor) => commands.orderSelected(editor, "forward")),
  lock: toggleFlag("lock"),
  hide: toggleFlag("hide"),
  "new box": newBox,
  cycle: (hands) => edit(hands, (editor) => commands.selectNext(editor, 1)),
  fit: ({ desk }) => desk?.view.fit(),
  "one to one": ({ desk }) => desk?.view.oneToOne(),
  "zoom in": ({ desk }) => desk?.view.zoom(ZOOM),
  "zoom out": ({ desk }) => desk?.view.zoom(1 / ZOOM),
  contrast: ({ desk }) => desk?.setStretched(!desk.isStretched),
  "take drafts": takeDraft,
  escape: (hands) => edit(hands, (editor) => editor.handle({ on: "escape" })),
  enter: (hands) => edit(hands, (editor) => editor.handle({ on: "enter" })),
  "remove corner": (hands) => edit(hands, (editor) => editor.handle({ on: "back" })),
};
