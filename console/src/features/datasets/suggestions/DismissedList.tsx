/** What somebody let stand, with who that was, to be taken back. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import type { Own } from "../../../api";
import { useFormats } from "../../../i18n/context";
import { useText } from "../text";
import { keyOf, reasonOf } from "./reasons";
import { nameOf, Thumbnail } from "./Thumbnail";
import type { Acting } from "./useAct";
import type { Leave } from "./useKeptFocus";

interface DismissedListProps {
  readonly dismissed: Own.ListDismissedSuggestionsResponse;
  readonly acting: Acting;
  readonly onLeave: Leave;
}

export function DismissedList({ dismissed, acting, onLeave }: DismissedListProps) {
  const t = useText();
  const formats = useFormats();
  const items = dismissed.Suggestions ?? [];
  if (items.length === 0) return null;
  return (
    <ExpandableSection
      headerText={t("sugDismissed")}
      headerCounter={`(${formats.number(dismissed.Total ?? items.length)})`}
      headerDescription={t("sugDismissedHelp")}
      variant="stacked"
    >
      <ul className="suggestions" data-list="dismissed">
        {items.map((item, index) => (
          <li key={keyOf(item)}>
            <Thumbnail entry={item.Entry} side={64} />
            <div className="suggestion-words">
              <bdi>{nameOf(item.Entry)}</bdi>
              <bdi>{reasonOf(item, t)}</bdi>
              <Box color="text-body-secondary" fontSize="body-s">
                <bdi>{item.DismissedBy}</bdi>
                {item.DismissDate !== undefined && ` · ${formats.date(item.DismissDate)}`}
              </Box>
              <span data-action="restore">
                <Button
                  loading={acting.busyWith === keyOf(item)}
                  onClick={() => {
                    onLeave("dismissed", index, "restore");
                    acting.restore(item);
                  }}
                >
                  {t("sugTakeBack")}
                </Button>
              </span>
            </div>
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
