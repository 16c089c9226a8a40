/** The anomaly types on pixels, as the service's result file has them. */
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import { memo } from "react";
import { useFormats } from "../../i18n/context";
import type { EvaluationColumns, LabelRow } from "./columns";
import { useText } from "./text";

interface TypeTableProps {
  readonly columns: EvaluationColumns;
}

export const TypeTable = memo(function TypeTable({ columns }: TypeTableProps) {
  const t = useText();
  const formats = useFormats();
  const rows = columns.figures.labels.filter((_, number) => columns.overlaps.has(number));
  const share = (key: "precision" | "recall" | "f1", header: string) => ({
    id: key,
    header,
    cell: (row: LabelRow) => formats.percent(row[key]),
  });
  const area = (key: "true_area" | "found_area", header: string) => ({
    id: key,
    header,
    cell: (row: LabelRow) => (row[key] === undefined ? "–" : formats.area(row[key])),
  });
  return (
    <Table
      items={rows}
      variant="container"
      wrapLines
      ariaLabels={{ tableLabel: t("types") }}
      header={
        <Header variant="h2" description={t("typesHelp")}>
          {t("types")}
        </Header>
      }
      columnDefinitions={[
        { id: "label", header: t("type"), isRowHeader: true, cell: (row) => <bdi>{row.label}</bdi> },
        share("f1", t("f1")),
        share("precision", t("precision")),
        share("recall", t("recall")),
        {
          id: "iou",
          header: t("aiou"),
          cell: (row) => (row.iou === null || row.iou === undefined ? "–" : formats.percent(row.iou)),
        },
        area("true_area", t("areaTrue")),
        area("found_area", t("areaFound")),
        { id: "tested", header: t("tested"), cell: (row) => formats.number(row.test_pictures) },
      ]}
    />
  );
});
