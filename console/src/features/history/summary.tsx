/** A change in words, and what it did to labels. */
import Badge from "@cloudscape-design/components/badge";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCallback } from "react";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { useText } from "./text";

export type HistoryKind = NonNullable<Own.HistoryChange["Kind"]>;

export const KINDS: readonly HistoryKind[] = [
  "edit",
  "update",
  "import",
  "copy",
  "bring",
  "move",
  "remove",
  "label",
  "rename",
  "drafts",
  "round",
  "trial",
  "distribute",
  "divide",
  "example",
  "undo",
  "revert",
  "restore",
];

/** As many labels as one glance takes; the rest is counted. */
const SHOWN = 6;

export function useSummary(): (change: Own.HistoryChange) => string {
  const t = useText();
  return useCallback(
    (change) => {
      const { Added = 0, Removed = 0, Changed = 0 } = change;
      const parts: string[] = [];
      if (change.Moved !== undefined) {
        parts.push(t(change.Moved === "out" ? "movedOut" : "movedIn", { count: Removed }));
      } else {
        if (Added > 0) parts.push(t("addedCount", { count: Added }));
        if (Changed > 0) parts.push(t("changedCount", { count: Changed }));
        if (Removed > 0) parts.push(t("removedCount", { count: Removed }));
      }
      const note = change.Note === undefined || change.Note === "" ? "" : ` (${change.Note})`;
      return `${t(`kind_${change.Kind ?? "edit"}`)}${note}: ${parts.join(", ")}`;
    },
    [t],
  );
}

export function LabelDeltas({ labels }: { readonly labels: readonly Own.HistoryLabel[] }) {
  const t = useText();
  const formats = useFormats();
  const shown = labels.slice(0, SHOWN);
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      {shown.flatMap(({ Name = "", Gained = 0, Lost = 0 }) => [
        Gained > 0 && (
          <Badge key={`${Name}+`} color="green">
            <bdi>{Name}</bdi> +{formats.number(Gained)}
          </Badge>
        ),
        Lost > 0 && (
          <Badge key={`${Name}-`} color="grey">
            <bdi>{Name}</bdi> −{formats.number(Lost)}
          </Badge>
        ),
      ])}
      {labels.length > SHOWN && <span>{t("moreLabels", { count: labels.length - SHOWN })}</span>}
    </SpaceBetween>
  );
}
