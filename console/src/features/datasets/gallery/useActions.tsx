/** What is done to the selected pictures, each with a notice that can undo it. */
import Button from "@cloudscape-design/components/button";
import { useRef, useState } from "react";
import { asFault, type Own } from "../../../api";
import { Sentence } from "../../../sentences";
import { closeNotice, notify } from "../../../ui/notices";
import { changeEntries, undoChanges, type Change, type Outcome } from "../changing";
import type { DatasetType } from "../project";
import { useText } from "../text";
import type { EntryPages } from "./pages";
import { countOf, type Selection } from "./selection";

const NOTICE = "gallery-change";
const UNDO_MS = 58_000;

interface Place {
  readonly arn: string;
  readonly type: DatasetType;
  readonly pages: EntryPages;
  readonly total: number;
  readonly filter: Own.EntryFilter;
}

export interface Actions {
  readonly isBusy: boolean;
  readonly run: (change: Change, selection: Selection) => Promise<void>;
}

export function useActions({ arn, type, pages, total, filter }: Place): Actions {
  const t = useText();
  const [isBusy, setBusy] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // One after the other, so that keys pressed quickly are applied in their order and none is lost.
  const queue = useRef<Promise<void>>(Promise.resolve());

  const fail = (error: unknown) => {
    const fault = asFault(error);
    notify({
      id: NOTICE,
      type: "error",
      header: t("changeFailed"),
      content: <Sentence text={fault.message} />,
    });
  };

  const undo = (outcome: Outcome) => {
    void undoChanges(arn, outcome.changes)
      .then((undone) => {
        notify({ id: NOTICE, type: "success", content: t("undone", { count: undone.done }) });
        pages.refresh();
      })
      .catch(fail);
  };

  const tell = (change: Change, outcome: Outcome) => {
    const key =
      change.Kind === "label" ? "changedLabels" : change.Kind === "move" ? "changedMoved" : "changedRemoved";
    notify({
      id: NOTICE,
      type: outcome.skipped > 0 ? "warning" : "success",
      content: (
        <>
          {t(key, { count: outcome.done })} {outcome.skipped > 0 && t("skipped", { count: outcome.skipped })}{" "}
          <Sentence text={outcome.message} />
        </>
      ),
      action: <Button onClick={() => undo(outcome)}>{t("undo")}</Button>,
    });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => closeNotice(NOTICE), UNDO_MS);
  };

  const perform = async (change: Change, selection: Selection) => {
    setBusy(true);
    try {
      const isAll = countOf(selection) === total && total > 1000;
      const entries = isAll ? filter : await pages.idsOf(selection.spans);
      const outcome = await changeEntries({ arn, type }, entries, change, (progress) =>
        notify({
          id: NOTICE,
          type: "in-progress",
          content: t("changing", { count: progress.Done ?? 0, total: progress.Total ?? 0 }),
        }),
      );
      tell(change, outcome);
    } catch (error) {
      fail(error);
    } finally {
      setBusy(false);
      pages.refresh();
    }
  };

  return {
    isBusy,
    run: (change, selection) => {
      queue.current = queue.current.then(() => perform(change, selection));
      return queue.current;
    },
  };
}
