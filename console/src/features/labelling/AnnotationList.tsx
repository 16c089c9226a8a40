/** What is on the picture: boxes or types, each to select, hide, lock and remove. */

import Button from "@cloudscape-design/components/button";
import * as commands from "../../canvas/commands";
import { boxKey, labelKey, type Editor } from "../../canvas/editor";
import { overlapOf } from "../../canvas/mask/flatten";
import { twinsOf } from "../../canvas/shapes/twins";
import type { Desk } from "./desk/desk";
import type { Mode } from "./keymap";
import { useText } from "./text";

interface AnnotationListProps {
  readonly desk: Desk;
  readonly mode: Mode;
  readonly colorOf: (label: string) => string;
}

/** More boxes than that are told by their number alone. */
const MOST_ROWS = 100;

export function AnnotationList({ desk, mode, colorOf }: AnnotationListProps) {
  const t = useText();
  const { editor } = desk;
  if (editor === undefined) {
    return null;
  }
  const { boxes } = editor.scene;
  const types = mode === "masks" ? editor.scene.visibleTypes : [];
  const twins = twinsOf(boxes).size;
  const overlapping = types.length > 1 ? overlapOf(masksOf(editor, types)) : 0;
  return (
    <section aria-label={t("onPicture")}>
      <h2 className="vedette-labelling-heading">{t("onPicture")}</h2>
      {boxes.length > 0 && <p data-testid="box-count">{t("boxes", { count: boxes.length })}</p>}
      {twins > 0 && <p className="vedette-labelling-warning">{t("twins", { count: twins })}</p>}
      {overlapping > 0 && <p className="vedette-labelling-warning">{t("overlap", { count: overlapping })}</p>}
      {boxes.length === 0 && types.length === 0 && <p>{t("nothingYet")}</p>}
      <ul className="vedette-labelling-labels">
        {types.toReversed().map((label) => (
          <Row
            key={label}
            name={label}
            color={colorOf(label)}
            isChosen={desk.label === label}
            flagKey={labelKey(label)}
            editor={editor}
            onChoose={() => desk.setLabel(label)}
            onRemove={() => commands.clearType(editor, label)}
          />
        ))}
        {boxes
          .slice(-MOST_ROWS)
          .toReversed()
          .map((shape) => (
            <Row
              key={shape.id}
              name={shape.label}
              color={colorOf(shape.label)}
              isChosen={editor.selected.includes(shape.id)}
              flagKey={boxKey(shape.id)}
              editor={editor}
              onChoose={() => {
                desk.setTool("select");
                editor.select([shape.id]);
              }}
              onRemove={() => {
                editor.select([shape.id]);
                commands.removeSelected(editor);
              }}
            />
          ))}
      </ul>
    </section>
  );
}

function masksOf(editor: Editor, types: readonly string[]) {
  return types.flatMap((label) => editor.scene.mask(label) ?? []);
}

interface RowProps {
  readonly name: string;
  readonly color: string;
  readonly isChosen: boolean;
  readonly flagKey: string;
  readonly editor: Editor;
  readonly onChoose: () => void;
  readonly onRemove: () => void;
}

function Row({ name, color, isChosen, flagKey, editor, onChoose, onRemove }: RowProps) {
  const t = useText();
  const isHidden = editor.isHidden(flagKey);
  const isLocked = editor.isLocked(flagKey);
  return (
    <li className="vedette-labelling-label">
      <button type="button" aria-pressed={isChosen} onClick={onChoose} className="vedette-labelling-give">
        <span
          className="vedette-labelling-color"
          style={{ background: color, opacity: isHidden ? 0.25 : 1 }}
        />
        <bdi>{name}</bdi>
      </button>
      <Button
        variant="icon"
        iconName={isLocked ? "lock-private" : "unlocked"}
        ariaLabel={isLocked ? t("unlock", { name }) : t("lockIt", { name })}
        onClick={() => editor.setLocked(flagKey, !isLocked)}
      />
      <Button
        variant="icon"
        iconName={isHidden ? "view-full" : "view-horizontal"}
        ariaLabel={isHidden ? t("showIt", { name }) : t("hideIt", { name })}
        onClick={() => editor.setHidden(flagKey, !isHidden)}
      />
      <Button variant="icon" iconName="remove" ariaLabel={t("removeIt", { name })} onClick={onRemove} />
    </li>
  );
}
