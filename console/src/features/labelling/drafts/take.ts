/** A draft shown on the desk, and taken: from then on it is this person's answer, saved and undone as any other. */

import * as commands from "../../../canvas/commands";
import { withClass, withLabels, withMask } from "../../../manifest/relabel";
import { settle } from "../../../manifest/unsure";
import type { Desk } from "../desk/desk";
import type { Mode } from "../keymap";
import type { Workplace } from "../workplace";
import { bytesOf } from "./shapes";
import type { Draft } from "./store";

/** Where a draft is taken. */
interface Taking {
  readonly work: Workplace;
  readonly desk: Desk | undefined;
  readonly mode: Mode;
}

/** Take what is guessed of the picture in sight; labels and masks go on to the next picture. */
export function takeDraft({ work, desk, mode }: Taking): void {
  const { row } = work.session;
  const draft = work.drafts.of(row?.id);
  if (mode === "boxes" || row === undefined || draft === undefined) {
    if (desk?.editor !== undefined && mode !== "labels") {
      commands.acceptDrafts(desk.editor);
    }
    return;
  }
  work.drafts.drop(row.id);
  if (mode === "labels") {
    work.session.change((line) => settle(withLabels(line, draft.Labels ?? [], work.stamp())), "next");
  } else if (draft.Mask === undefined) {
    const isAnomalous = draft.AnomalyClass === "anomaly";
    work.session.change((line) => settle(withClass(line, isAnomalous, work.stamp())), "next");
  } else {
    takeMask(work, draft, draft.Mask);
  }
}

function takeMask(work: Workplace, draft: Draft, base64: string): void {
  const { row, line } = work.session;
  if (row === undefined || line === undefined) {
    return;
  }
  const bytes = bytesOf(base64);
  const ref = work.target.files.maskAddress(row.source, bytes);
  const colors = new Map((draft.MaskColors ?? []).map(({ Name = "", Color = "" }) => [Color, Name]));
  const judged = withClass(settle(line), true, work.stamp());
  work.session.save(row, withMask(judged, { ref, colors }, work.stamp()), { ref, bytes });
  work.session.skip();
}
