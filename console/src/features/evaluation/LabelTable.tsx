/** A row a label, at the thresholds as they are now; a label is chosen by its row. */
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useCollection } from "@cloudscape-design/collection-hooks";
import { memo, useCallback, useMemo, useState } from "react";
import { useFormats } from "../../i18n/context";
import { countsShown, f1Of, precisionOf, recallOf, type RankedLabel } from "./counting";
import { useRested } from "./images";
import { useNow, useThresholds, type NowFigures } from "./moved";
import { useText } from "./text";

interface LabelTableProps {
  readonly ranked: readonly RankedLabel[];
  readonly chosen: string;
  readonly onChoose: (label: string) => void;
}

interface Row {
  readonly label: string;
  readonly ranked: RankedLabel;
  readonly place: number;
  readonly rested: NowFigures;
}

function rowOf(ranked: RankedLabel, place: number, thresholds: readonly number[]): Row {
  const threshold = thresholds[place] ?? ranked.label.threshold;
  const rested = { threshold, counts: countsShown(ranked, threshold) };
  return { label: ranked.label.row.label, ranked, place, rested };
}

/** As many labels as fit on a screen; a filter finds the others. */
const PAGE = 20;

const FIGURES = {
  f1: ({ counts }: NowFigures) => f1Of(counts),
  precision: ({ counts }: NowFigures) => precisionOf(counts),
  recall: ({ counts }: NowFigures) => recallOf(counts),
  threshold: ({ threshold }: NowFigures) => threshold,
} as const;
type FigureName = keyof typeof FIGURES;

/** Of what no picture shows, nothing is known: a figure of 0 % would be no measurement. */
function hasNone({ ranked }: Row): boolean {
  return ranked.label.positives === 0;
}

/** Cells alone follow the slider: to draw a table of this kind takes longer than all that a step may. */
function ShareCell({ row, of }: { readonly row: Row; readonly of: FigureName }) {
  const formats = useFormats();
  const share = FIGURES[of](useNow(row.ranked, row.place));
  return of !== "threshold" && hasNone(row) ? "–" : formats.percent(share);
}

/** Of how many there are. */
function FoundCell({ row }: { readonly row: Row }) {
  const t = useText();
  const formats = useFormats();
  const { tp, fn } = useNow(row.ranked, row.place).counts;
  return t("foundOf", { found: formats.number(tp), all: formats.number(tp + fn) });
}

function FalseCell({ row }: { readonly row: Row }) {
  const formats = useFormats();
  return formats.number(useNow(row.ranked, row.place).counts.fp);
}

/** Rows are ordered by what they count once the thresholds rest, so that none jumps from under the pointer. */
const by = (figureOf: (now: NowFigures) => number) => (one: Row, other: Row) =>
  figureOf(one.rested) - figureOf(other.rested);

/** The thresholds once they rest, of a table that is sorted: another one has no use for them. */
function useOrder() {
  const [isSorted, setIsSorted] = useState(false);
  const rested = useRested(useThresholds());
  const sort = useCallback(() => setIsSorted(true), []);
  return { thresholds: isSorted ? rested : NONE, sort };
}

const NONE: readonly number[] = [];

/** Of more labels than a page has, the worst come first, and the page that is open has the chosen one. */
function beginningOf(rows: readonly Row[], chosen: string, f1: TableProps.SortingColumn<Row> | undefined) {
  if (rows.length <= PAGE || f1 === undefined) return { sorting: {}, pagination: { pageSize: PAGE } };
  const sorted = [...rows].sort(by(FIGURES.f1));
  const place = sorted.findIndex(({ label }) => label === chosen);
  return {
    sorting: { defaultState: { sortingColumn: f1 } },
    pagination: { pageSize: PAGE, defaultPage: Math.floor(Math.max(0, place) / PAGE) + 1 },
  };
}

export const LabelTable = memo(function LabelTable(props: LabelTableProps) {
  const { thresholds, sort } = useOrder();
  return <Rows {...props} thresholds={thresholds} onSort={sort} />;
});

interface RowsProps extends LabelTableProps {
  readonly thresholds: readonly number[];
  readonly onSort: () => void;
}

function useColumnDefinitions(): TableProps.ColumnDefinition<Row>[] {
  const t = useText();
  return useMemo(() => {
    const share = (key: FigureName) => ({
      id: key,
      header: t(key),
      sortingComparator: by(FIGURES[key]),
      cell: (row: Row) => <ShareCell row={row} of={key} />,
    });
    return [
      {
        id: "label",
        header: t("label"),
        sortingField: "label",
        isRowHeader: true,
        minWidth: 120,
        cell: (row) => <bdi className="unbroken-name">{row.label}</bdi>,
      },
      share("f1"),
      share("precision"),
      share("recall"),
      share("threshold"),
      {
        id: "tp",
        header: t("tp"),
        // One column for found and missed: nine do not fit into 1,280 px in every language.
        sortingComparator: by(({ counts }) => -counts.fn),
        cell: (row) => <FoundCell row={row} />,
      },
      {
        id: "fp",
        header: t("fp"),
        sortingComparator: by(({ counts }) => counts.fp),
        cell: (row) => <FalseCell row={row} />,
      },
    ];
  }, [t]);
}

const Rows = memo(function Rows({ ranked, chosen, onChoose, thresholds, onSort }: RowsProps) {
  const t = useText();
  const formats = useFormats();
  const rows = useMemo(() => ranked.map((one, place) => rowOf(one, place, thresholds)), [ranked, thresholds]);
  const columns = useColumnDefinitions();
  const [beginning] = useState(() => {
    return beginningOf(
      rows,
      chosen,
      columns.find(({ id }) => id === "f1"),
    );
  });
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(rows, {
    filtering: { filteringFunction: ({ label }, text) => label.toLowerCase().includes(text.toLowerCase()) },
    ...beginning,
    selection: { trackBy: "label" },
  });
  return (
    <Table
      {...collectionProps}
      onSortingChange={(event) => {
        onSort();
        collectionProps.onSortingChange?.(event);
      }}
      items={items}
      variant="container"
      contentDensity="compact"
      trackBy="label"
      wrapLines
      selectionType="single"
      selectedItems={rows.filter(({ label }) => label === chosen)}
      onSelectionChange={({ detail }) => {
        const [row] = detail.selectedItems;
        if (row !== undefined) onChoose(row.label);
      }}
      onRowClick={({ detail }) => onChoose(detail.item.label)}
      ariaLabels={{
        tableLabel: t("labels"),
        selectionGroupLabel: t("chooseLabel"),
        itemSelectionLabel: (_, row) => row.label,
      }}
      header={
        <Header variant="h2" counter={`(${formats.number(rows.length)})`} description={t("labelsHelp")}>
          {t("labels")}
        </Header>
      }
      filter={
        rows.length > PAGE && (
          <TextFilter
            {...filterProps}
            filteringPlaceholder={t("findLabel")}
            filteringAriaLabel={t("findLabel")}
            countText={t("matches", { count: filteredItemsCount ?? 0 })}
          />
        )
      }
      pagination={rows.length > PAGE && <Pagination {...paginationProps} />}
      columnDefinitions={columns}
    />
  );
});
