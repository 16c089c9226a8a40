/** What a suggestion's button does, with a notice that can undo it. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { asFault } from "../../../api";
import { closeNotice, notify } from "../../../ui/notices";
import {
  acceptDrafts,
  changeEntries,
  undoChanges,
  type Change,
  type Outcome,
  type Target,
} from "../changing";
import { useText } from "../text";

const NOTICE = "suggestion-change";
const UNDO_MS = 58_000;

export interface Acting {
  readonly isBusy: boolean;
  readonly act: (change: Change, ids: readonly string[]) => void;
  /** Accepts drafts that are at least so sure. */
  readonly accept: (least: number) => void;
}

export function useAct(target: Target): Acting {
  const t = useText();
  const [isBusy, setBusy] = useState(false);
  const fail = (error: unknown) =>
    notify({ id: NOTICE, type: "error", header: t("changeFailed"), content: asFault(error).message });
  const undo = (outcome: Outcome) => {
    undoChanges(target.arn, outcome.changes)
      .then((undone) => notify({ id: NOTICE, type: "success", content: t("undone", { count: undone.done }) }))
      .catch(fail);
  };
  const tell = (kind: Change["Kind"], outcome: Outcome) => {
    const key = kind === "label" ? "changedLabels" : kind === "move" ? "changedMoved" : "changedRemoved";
    const isWhole = outcome.skipped === 0;
    const skipped = isWhole ? "" : ` ${t("skipped", { count: outcome.skipped })} ${outcome.message}`;
    notify({
      id: NOTICE,
      type: isWhole ? "success" : "warning",
      content: t(key, { count: outcome.done }) + skipped,
      action: <Button onClick={() => undo(outcome)}>{t("undo")}</Button>,
    });
    setTimeout(() => closeNotice(NOTICE), UNDO_MS);
  };
  const perform = (kind: Change["Kind"], work: Promise<Outcome>) => {
    setBusy(true);
    work
      .then((outcome) => tell(kind, outcome))
      .catch(fail)
      .finally(() => setBusy(false));
  };
  return {
    isBusy,
    act: (change, ids) =>
      perform(
        change.Kind,
        changeEntries(target, ids, change, () => undefined),
      ),
    accept: (least) => perform("label", acceptDrafts(target, least)),
  };
}
