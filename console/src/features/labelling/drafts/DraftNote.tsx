/** What the newest model guesses of the picture in sight, dashed, with the key that takes it. */

import Button from "@cloudscape-design/components/button";
import { useEffect } from "react";
import { useFormats } from "../../../i18n/context";
import type { Desk } from "../desk/desk";
import type { Mode } from "../keymap";
import { useText } from "../text";
import { useWatched } from "../watched";
import type { Workplace } from "../workplace";
import "./drafts.css";
import { shapesOf } from "./shapes";
import type { Draft } from "./store";

interface DraftNoteProps {
  readonly work: Workplace;
  readonly desk: Desk | undefined;
  readonly mode: Mode;
  readonly onTake: () => void;
}

export function DraftNote({ work, desk, mode, onTake }: DraftNoteProps) {
  const t = useText();
  const formats = useFormats();
  const { drafts, session } = work;
  useWatched(drafts);
  const { row } = session;
  // In a round each answer is a person's own: nobody is told a guess there.
  const isOpen = row !== undefined && !row.isLabelled && work.target.round === undefined;
  useEffect(() => drafts.want(isOpen ? row.id : undefined), [drafts, isOpen, row]);
  const draft = isOpen ? drafts.of(row.id) : undefined;
  const isShown = desk?.entry !== undefined && desk.entry === row?.id;
  useEffect(() => {
    if (mode === "boxes" && draft !== undefined && isShown && desk.editor !== undefined) {
      const { editor } = desk;
      // What somebody has drawn already is not disturbed by guesses.
      if (editor.scene.boxes.length === 0 && !editor.canUndo) {
        editor.propose(shapesOf(draft, editor.scene.size));
      }
    }
  }, [mode, draft, desk, isShown]);
  const text = draft === undefined ? "" : wordsOf(draft, mode);
  if (draft === undefined || row === undefined || text === "") {
    return null;
  }
  return (
    <div className="vedette-draft" role="status">
      <span>
        {t("draft")} <bdi>{text}</bdi> <small>{formats.percent(draft.Confidence ?? 0)}</small>
      </span>
      <Button onClick={onTake}>{t("draftTake")}</Button>
      <Button
        variant="icon"
        iconName="close"
        ariaLabel={t("draftDrop")}
        onClick={() => drafts.drop(row.id)}
      />
    </div>
  );
}

/** A picture without a guessed box has nothing to take: a model that finds nothing says little. */
function wordsOf(draft: Draft, mode: Mode): string {
  if (mode === "boxes") {
    return [...new Set((draft.Boxes ?? []).map(({ Label }) => Label ?? ""))].join(", ");
  }
  if (mode === "labels") {
    return (draft.Labels ?? []).join(", ");
  }
  const types = (draft.MaskColors ?? []).map(({ Name }) => Name ?? "");
  return [draft.AnomalyClass ?? "", ...types].filter((name) => name !== "").join(", ");
}
