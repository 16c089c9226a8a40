/** What is striking about a dataset, kind by kind, each picture with the buttons that act. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import type { Own } from "../../../api";
import type { DatasetType, ProjectPlace } from "../project";
import { useText } from "../text";
import {
  KINDS,
  keepTextOf,
  keyOf,
  labelRoute,
  mendOf,
  MOST,
  reasonOf,
  type Kind,
  type Suggestion,
} from "./reasons";
import { Thumbnail } from "./Thumbnail";
import type { Acting } from "./useAct";
import type { Leave } from "./useKeptFocus";

interface KindsProps {
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly state: Own.ListSuggestionsResponse;
  readonly acting: Acting;
  readonly onLeave: Leave;
}

export function Kinds({ place, type, state, acting, onLeave }: KindsProps) {
  const t = useText();
  const all = state.Suggestions ?? [];
  const groups = KINDS.map((kind) => ({ kind, items: all.filter((item) => item.Kind === kind) })).filter(
    ({ items }) => items.length > 0,
  );
  if (groups.length === 0) {
    return state.Status === "ready" ? <Box>{t("sugNothing")}</Box> : null;
  }
  return (
    <>
      {groups.map(({ kind, items }, place_) => (
        <Group
          key={kind}
          kind={kind}
          items={items}
          isFirst={place_ === 0}
          place={place}
          type={type}
          acting={acting}
          onLeave={onLeave}
        />
      ))}
    </>
  );
}

interface GroupProps {
  readonly kind: Kind;
  readonly items: readonly Suggestion[];
  readonly isFirst: boolean;
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly acting: Acting;
  readonly onLeave: Leave;
}

function Group({ kind, items, isFirst, place, type, acting, onLeave }: GroupProps) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <ExpandableSection
      defaultExpanded={isFirst}
      headerText={t(`sug_${kind}`)}
      headerCounter={`(${String(items.length)}${items.length === MOST ? "+" : ""})`}
      headerDescription={t(`sugHelp_${kind}`)}
      variant="stacked"
      headerActions={
        kind === "teach" ? (
          <Button
            variant="primary"
            onClick={() => void navigate(`${place.route}/${type}/label?show=unlabelled&order=teach`)}
          >
            {t("sugLabelThese")}
          </Button>
        ) : undefined
      }
    >
      <ul className="suggestions" data-list={kind}>
        {items.map((item, index) => (
          <Item
            key={keyOf(item)}
            item={item}
            place={place}
            type={type}
            acting={acting}
            onLeave={(action) => onLeave(kind, index, action)}
          />
        ))}
      </ul>
    </ExpandableSection>
  );
}

interface ItemProps {
  readonly item: Suggestion;
  readonly place: ProjectPlace;
  readonly type: DatasetType;
  readonly acting: Acting;
  readonly onLeave: (action: string) => void;
}

function Item({ item, place, type, acting, onLeave }: ItemProps) {
  const t = useText();
  const navigate = useNavigate();
  const mend = mendOf(item);
  const like = item.Like ?? [];
  const keepText = keepTextOf(item);
  const act = (change: NonNullable<typeof mend>) => {
    onLeave("mend");
    acting.act(change, [item.Entry?.Id ?? ""], keyOf(item));
  };
  const isActing = acting.busyWith === keyOf(item);
  return (
    <li>
      <button
        type="button"
        className="suggestion-picture"
        onClick={() => void navigate(labelRoute(place.route, type, item))}
      >
        <Thumbnail entry={item.Entry} side={132} />
      </button>
      <div className="suggestion-words">
        <bdi>{reasonOf(item, t)}</bdi>
        {like.length > 0 && (
          <div>
            <Box color="text-body-secondary" fontSize="body-s">
              {t("sugLike")}
            </Box>
            <div className="suggestion-like">
              {like.map((entry) => (
                <Thumbnail key={entry.Id} entry={entry} side={48} />
              ))}
            </div>
          </div>
        )}
        <SpaceBetween direction="horizontal" size="xs">
          {mend !== undefined && (
            <span data-action="mend">
              <Button loading={isActing} onClick={() => act(mend)}>
                {mendText(item, t)}
              </Button>
            </span>
          )}
          {item.Kind === "shared" && (
            <Button loading={isActing} onClick={() => act({ Kind: "move" })}>
              {t("sugMove")}
            </Button>
          )}
          {keepText !== undefined && (
            <span data-action="keep">
              <Button
                loading={isActing}
                onClick={() => {
                  onLeave("keep");
                  acting.dismiss(item);
                }}
              >
                {t(keepText)}
              </Button>
            </span>
          )}
          <Button variant="link" onClick={() => void navigate(labelRoute(place.route, type, item))}>
            {t("sugOpen")}
          </Button>
        </SpaceBetween>
      </div>
    </li>
  );
}

function mendText(
  { Kind: kind, Label: label = "", SuggestedLabel: suggested = "" }: Suggestion,
  t: ReturnType<typeof useText>,
) {
  if (kind !== "mislabelled") return t("sugRemove");
  return suggested === "" ? t("sugTake", { label }) : t("sugRelabel", { suggested });
}
