/** A row a label, at the thresholds as they are now; a label is chosen by its row. */
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import Table from "@cloudscape-design/components/table";
import TextFilter from "@cloudscape-design/components/text-filter";
import { useCollection } from "@cloudscape-design/collection-hooks";
import { memo, useMemo } from "react";
import { useFormats } from "../../i18n/context";
import type { Counts } from "./columns";
import { countsShown, f1Of, precisionOf, recallOf, type RankedLabel } from "./counting";
import { useText } from "./text";

interface LabelTableProps {
  readonly ranked: readonly RankedLabel[];
  readonly thresholds: readonly number[];
  readonly chosen: string;
  readonly onChoose: (label: string) => void;
}

interface Row {
  readonly label: string;
  readonly tested: number;
  readonly threshold: number;
  readonly counts: Counts;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** As many labels as fit on a screen; a filter finds the others. */
const PAGE = 20;

function rowOf(ranked: RankedLabel, threshold: number): Row {
  const { row } = ranked.label;
  const counts = countsShown(ranked, threshold);
  return {
    label: row.label,
    tested: row.test_pictures,
    threshold,
    counts,
    precision: precisionOf(counts),
    recall: recallOf(counts),
    f1: f1Of(counts),
  };
}

export const LabelTable = memo(function LabelTable({
  ranked,
  thresholds,
  chosen,
  onChoose,
}: LabelTableProps) {
  const t = useText();
  const formats = useFormats();
  const rows = useMemo(
    () => ranked.map((label, place) => rowOf(label, thresholds[place] ?? 0.5)),
    [ranked, thresholds],
  );
  const { items, collectionProps, filterProps, paginationProps, filteredItemsCount } = useCollection(rows, {
    filtering: { filteringFunction: ({ label }, text) => label.toLowerCase().includes(text.toLowerCase()) },
    pagination: { pageSize: PAGE },
    sorting: {},
    selection: { trackBy: "label" },
  });
  const share = (key: "f1" | "precision" | "recall", header: string) => ({
    id: key,
    header,
    sortingField: key,
    cell: (row: Row) => formats.percent(row[key]),
  });
  const count = (key: keyof Counts, header: string) => ({
    id: key,
    header,
    sortingComparator: (one: Row, other: Row) => one.counts[key] - other.counts[key],
    cell: (row: Row) => formats.number(row.counts[key]),
  });
  return (
    <Table
      {...collectionProps}
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
      columnDefinitions={[
        {
          id: "label",
          header: t("label"),
          sortingField: "label",
          isRowHeader: true,
          cell: (row) => <bdi>{row.label}</bdi>,
        },
        share("f1", t("f1")),
        share("precision", t("precision")),
        share("recall", t("recall")),
        {
          id: "threshold",
          header: t("threshold"),
          sortingField: "threshold",
          cell: (row) => formats.percent(row.threshold),
        },
        count("tp", t("tp")),
        count("fp", t("fp")),
        count("fn", t("fn")),
        {
          id: "tested",
          header: t("tested"),
          sortingField: "tested",
          cell: (row) => formats.number(row.tested),
        },
      ]}
    />
  );
});
