/** What a suggestion's button does, with a notice that can undo it. */
import Button from "@cloudscape-design/components/button";
import { useState } from "react";
import { asFault, call, queryClient } from "../../../api";
import { Sentence } from "../../../sentences";
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
import { keyOf, type Suggestion } from "./reasons";

const NOTICE = "suggestion-change";
const UNDO_MS = 58_000;

export interface Acting {
  readonly isBusy: boolean;
  /** The suggestion that is being acted on, by its key. */
  readonly busyWith: string | undefined;
  readonly act: (change: Change, ids: readonly string[], key: string) => void;
  /** Lets a suggestion stand: it is not made again until the label is another. */
  readonly dismiss: (item: Suggestion) => void;
  readonly restore: (item: Suggestion) => void;
  /** Accepts drafts that are at least so sure. */
  readonly accept: (least: number) => void;
}

export function useAct(target: Target): Acting {
  const t = useText();
  const [busyWith, setBusyWith] = useState<string>();
  const fail = (error: unknown) =>
    notify({
      id: NOTICE,
      type: "error",
      header: t("changeFailed"),
      content: <Sentence text={asFault(error).message} />,
    });
  const undo = (outcome: Outcome) => {
    undoChanges(target.arn, outcome.changes)
      .then((undone) => notify({ id: NOTICE, type: "success", content: t("undone", { count: undone.done }) }))
      .catch(fail);
  };
  const tell = (kind: Change["Kind"], outcome: Outcome) => {
    const key = kind === "label" ? "changedLabels" : kind === "move" ? "changedMoved" : "changedRemoved";
    const isWhole = outcome.skipped === 0;
    notify({
      id: NOTICE,
      type: isWhole ? "success" : "warning",
      content: (
        <>
          {t(key, { count: outcome.done })} {!isWhole && t("skipped", { count: outcome.skipped })}{" "}
          <Sentence text={outcome.message} />
        </>
      ),
      action: <Button onClick={() => undo(outcome)}>{t("undo")}</Button>,
    });
    setTimeout(() => closeNotice(NOTICE), UNDO_MS);
  };
  /** One at a time; a second press while the first is under way does nothing, and keeps its button. */
  const perform = <Result,>(key: string, work: () => Promise<Result>, end: (result: Result) => void) => {
    if (busyWith !== undefined) return;
    setBusyWith(key);
    work()
      .then(end)
      .catch(fail)
      .finally(() => setBusyWith(undefined));
  };
  const restore = (item: Suggestion) =>
    perform(
      keyOf(item),
      () => put("RestoreSuggestions", target, item),
      () => closeNotice(NOTICE),
    );
  const tellDismissed = (item: Suggestion) => {
    const action = <Button onClick={() => restore(item)}>{t("sugTakeBack")}</Button>;
    notify({ id: NOTICE, type: "success", content: t("sugDismissedNotice"), action });
    setTimeout(() => closeNotice(NOTICE), UNDO_MS);
  };
  return {
    isBusy: busyWith !== undefined,
    busyWith,
    act: (change, ids, key) =>
      perform(
        key,
        () => changeEntries(target, ids, change, () => undefined),
        (outcome) => tell(change.Kind, outcome),
      ),
    dismiss: (item) =>
      perform(
        keyOf(item),
        () => put("DismissSuggestions", target, item),
        () => tellDismissed(item),
      ),
    restore,
    accept: (least) =>
      perform(
        "drafts",
        () => acceptDrafts(target, least),
        (outcome) => tell("label", outcome),
      ),
  };
}

async function put(
  operation: "DismissSuggestions" | "RestoreSuggestions",
  { arn, type }: Target,
  { Kind: kind, Entry: entry, BoxNumber: box }: Suggestion,
): Promise<void> {
  if (kind === undefined || kind === "teach") return;
  const key = { Kind: kind, EntryId: entry?.Id ?? "", ...(box === undefined ? {} : { BoxNumber: box }) };
  await call("vedette", operation, { ProjectArn: arn, DatasetType: type, Suggestions: [key] });
  await Promise.all(
    ["ListSuggestions", "ListDismissedSuggestions"].map((name) =>
      queryClient.invalidateQueries({ queryKey: ["vedette", name] }),
    ),
  );
}
