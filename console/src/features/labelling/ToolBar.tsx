/** The tools beside the canvas; each does what its key does. */

import type { Desk } from "./desk/desk";
import { ToolIcon } from "./icons";
import { KEY_ROWS, type Command, type KeyAct, type Mode } from "./keymap";
import { useText } from "./text";

const TOOLS: Record<Mode, readonly (readonly Command[])[]> = {
  labels: [["fit", "contrast"], ["undo"]],
  boxes: [
    ["select", "box", "outline"],
    ["undo", "redo"],
    ["fit", "contrast"],
  ],
  masks: [
    ["select", "brush", "eraser", "polygon", "rectangle", "ellipse", "flood", "outline"],
    ["undo", "redo"],
    ["fit", "contrast"],
  ],
};

interface ToolBarProps {
  readonly desk: Desk | undefined;
  readonly mode: Mode;
  readonly onAct: (act: KeyAct) => void;
}

export function ToolBar({ desk, mode, onAct }: ToolBarProps) {
  const t = useText();
  return (
    <div
      className="vedette-labelling-tools"
      role="toolbar"
      aria-orientation="vertical"
      aria-label={t("tools")}
    >
      {TOOLS[mode].map((group) => (
        <div key={group.join()} className="vedette-labelling-toolgroup" role="group">
          {group.map((command) => (
            <ToolButton
              key={command}
              command={command}
              keyName={keyOf(command, mode)}
              isPressed={isPressed(command, desk, mode)}
              onClick={() => onAct({ do: command })}
            />
          ))}
        </div>
      ))}
    </div>
  );
}

function isPressed(command: Command, desk: Desk | undefined, mode: Mode): boolean | undefined {
  if (command === "undo" || command === "redo" || command === "fit") {
    return undefined;
  }
  return command === "contrast" ? (desk?.isStretched ?? false) : mode !== "labels" && desk?.tool === command;
}

function keyOf(command: Command, mode: Mode): string {
  const row = KEY_ROWS.find((one) => one.command === command && one.modes.includes(mode));
  return (row?.keys[0] ?? "").toUpperCase();
}

interface ToolButtonProps {
  readonly command: Command;
  readonly keyName: string;
  readonly isPressed: boolean | undefined;
  readonly onClick: () => void;
}

function ToolButton({ command, keyName, isPressed: pressed, onClick }: ToolButtonProps) {
  const t = useText();
  const name = t(`act_${command}`);
  return (
    <button
      type="button"
      className="vedette-labelling-tool"
      aria-label={name}
      title={`${name} (${keyName})`}
      aria-pressed={pressed}
      onClick={onClick}
    >
      <ToolIcon command={command} />
      {keyName.length === 1 && <kbd aria-hidden="true">{keyName}</kbd>}
    </button>
  );
}
