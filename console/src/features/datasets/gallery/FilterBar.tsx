/** What the gallery shows: conditions as tokens of the address, the order, and how large pictures are. */
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import Slider from "@cloudscape-design/components/slider";
import TokenGroup from "@cloudscape-design/components/token-group";
import ToggleButton from "@cloudscape-design/components/toggle-button";
import { useEffect, useState } from "react";
import { useText } from "../text";
import { RangeDialog, type Range } from "./RangeDialog";
import { SORT_KEYS, tokensOf, withoutToken, withToken, type Token } from "./filters";

const TYPING_MS = 250;
export const SIZES = { least: 80, most: 384, usual: 160 } as const;

export interface FilterBarProps {
  readonly search: URLSearchParams;
  readonly onSearch: (search: URLSearchParams) => void;
  readonly size: number;
  readonly onSize: (size: number) => void;
  readonly isLookout: boolean;
}

const CONDITIONS: readonly Token[] = [
  { key: "labelled", value: "no" },
  { key: "labelled", value: "yes" },
  { key: "unsure", value: "yes" },
  { key: "errors", value: "yes" },
  { key: "broken", value: "yes" },
  { key: "twins", value: "yes" },
  { key: "shared", value: "yes" },
];
const CLASSES: readonly Token[] = [
  { key: "class", value: "normal" },
  { key: "class", value: "anomaly" },
];

/** Conditions that are there or not, with the text of each. */
const PLAIN = {
  unsure: "filterUnsure",
  errors: "filterErrors",
  broken: "filterBroken",
  twins: "filterTwins",
  shared: "filterShared",
} as const;
const isPlain = (key: string): key is keyof typeof PLAIN => Object.hasOwn(PLAIN, key);

function useTokenText(): (token: Token) => string {
  const t = useText();
  return (token) => {
    if (isPlain(token.key)) return t(PLAIN[token.key]);
    switch (token.key) {
      case "labelled":
        return token.value === "no" ? t("filterUnlabelled") : t("filterLabelled");
      case "label":
        return t("filterLabel", { name: token.value });
      case "without":
        return t("filterWithout", { name: token.value });
      case "name":
        return t("filterName", { name: token.value });
      case "minside":
        return t("filterLeastSide", { count: Number(token.value) });
      case "maxside":
        return t("filterMostSide", { count: Number(token.value) });
      case "since":
        return t("filterSince", { day: token.value });
      case "until":
        return t("filterUntil", { day: token.value });
      default:
        return `${token.key}: ${token.value}`;
    }
  };
}

export function FilterBar({ search, onSearch, size, onSize, isLookout }: FilterBarProps) {
  const t = useText();
  const say = useTokenText();
  const [name, setName] = useState(search.get("name") ?? "");
  const [range, setRange] = useState<Range | null>(null);
  useEffect(() => {
    if (name === (search.get("name") ?? "")) return undefined;
    const timer = setTimeout(() => {
      const token = { key: "name", value: name };
      onSearch(
        name === ""
          ? withoutToken(search, { key: "name", value: search.get("name") ?? "" })
          : withToken(search, token),
      );
    }, TYPING_MS);
    return () => clearTimeout(timer);
  }, [name, search, onSearch]);
  const tokens = tokensOf(search);
  const options = [
    ...[...CONDITIONS, ...(isLookout ? CLASSES : [])].map((token) => ({
      value: `${token.key}=${token.value}`,
      label: token.key === "class" ? token.value : say(token),
    })),
    { value: "size", label: t("filterSize") },
    { value: "added", label: t("filterAdded") },
  ];
  const sort = search.get("sort") ?? "position";
  const isDescending = search.get("order") === "desc";
  const set = (key: string, value: string | null) => {
    const next = new URLSearchParams(search);
    if (value === null) next.delete(key);
    else next.set(key, value);
    onSearch(next);
  };
  return (
    <div className="filter-bar">
      <div className="filter-row">
        <div className="filter-name">
          <Input
            type="search"
            value={name}
            onChange={({ detail }) => setName(detail.value)}
            placeholder={t("findName")}
            ariaLabel={t("findName")}
          />
        </div>
        <Select
          selectedOption={null}
          placeholder={t("addFilter")}
          ariaLabel={t("addFilter")}
          options={options}
          onChange={({ detail }) => {
            const [key = "", value = ""] = (detail.selectedOption.value ?? "").split("=");
            if (key === "size" || key === "added") setRange(key);
            else onSearch(withToken(search, { key, value }));
          }}
        />
        <Select
          selectedOption={{
            value: sort,
            label: t(`sort_${SORT_KEYS.find((key) => key === sort) ?? "position"}`),
          }}
          ariaLabel={t("sortBy")}
          options={SORT_KEYS.map((key) => ({ value: key, label: t(`sort_${key}`) }))}
          onChange={({ detail }) => set("sort", detail.selectedOption.value ?? "position")}
        />
        <ToggleButton
          pressed={isDescending}
          iconName="angle-up"
          pressedIconName="angle-down"
          variant="icon"
          ariaLabel={t("descending")}
          onChange={({ detail }) => set("order", detail.pressed ? "desc" : null)}
        />
        <div className="filter-size">
          <Slider
            value={size}
            min={SIZES.least}
            max={SIZES.most}
            hideFillLine
            ariaLabel={t("tileSize")}
            valueFormatter={(value) => `${String(value)} px`}
            onChange={({ detail }) => onSize(detail.value)}
          />
        </div>
      </div>
      {range !== null && (
        <RangeDialog range={range} search={search} onSearch={onSearch} onClose={() => setRange(null)} />
      )}
      {tokens.length > 0 && (
        <TokenGroup
          items={tokens.map((token) => ({
            label: say(token),
            dismissLabel: t("removeFilter", { name: say(token) }),
          }))}
          onDismiss={({ detail }) => {
            const token = tokens[detail.itemIndex];
            if (token === undefined) return;
            if (token.key === "name") setName("");
            onSearch(withoutToken(search, token));
          }}
        />
      )}
    </div>
  );
}
