/** One test picture large: what is true, what was found and how well it fits, and a wrong label corrected. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMemo } from "react";
import type { ProjectFacts, VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { HeatMapChoice, HeatMapLayer, useHeatView, usePictureHeat } from "../../ui/heatMap";
import type { EvaluationColumns } from "./columns";
import { FixPanel } from "./FixPanel";
import { useImages, type EvaluationImage } from "./images";
import { LayerChoice, type Layers, type LayerView } from "./layers";
import { Overlay } from "./Overlay";
import { nameOf } from "./PictureGrid";
import type { EvaluationPlace } from "./place";
import { useText } from "./text";

export interface PictureDialogProps {
  readonly place: EvaluationPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly columns: EvaluationColumns;
  readonly label: string;
  readonly threshold: number;
  /** The pictures of the gallery that it was opened from. */
  readonly numbers: readonly number[];
  readonly number: number;
  readonly layers: Layers;
  readonly onLayers: (view: LayerView) => void;
  readonly onOpen: (number: number) => void;
  readonly onClose: () => void;
}

export function PictureDialog(props: PictureDialogProps) {
  const { columns, number, numbers, version, label, threshold, layers, onOpen, onClose } = props;
  const t = useText();
  const only = useMemo(() => [number], [number]);
  const image = useImages(version.arn, only).get(number);
  const source = columns.pictures[number] ?? "";
  const at = numbers.indexOf(number);
  const before = numbers[at - 1];
  const after = numbers[at + 1];
  const query = new URLSearchParams({ source });
  const { task } = columns.figures;
  const view = useHeatView();
  const heat = usePictureHeat(
    { arn: version.arn, source, labels: labelsToExplain(columns, number, image, label) },
    view,
  );
  return (
    <Modal
      visible
      size="max"
      header={
        <Header variant="h2" description={source}>
          <bdi>{nameOf(source)}</bdi>
        </Header>
      }
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              disabled={before === undefined}
              onClick={() => {
                if (before !== undefined) onOpen(before);
              }}
            >
              {t("previous")}
            </Button>
            <Button
              disabled={after === undefined}
              onClick={() => {
                if (after !== undefined) onOpen(after);
              }}
            >
              {t("next")}
            </Button>
            <Button variant="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <ColumnLayout columns={2}>
        <SpaceBetween size="s">
          {(task === "detection" || task === "segmentation") && (
            <LayerChoice layers={layers} onChange={props.onLayers} />
          )}
          <div className="evaluation-large">
            <Overlay
              key={number}
              source={`/console/api/picture?${query.toString()}`}
              alt={nameOf(source)}
              image={image}
              label={task === "detection" ? label : ""}
              threshold={threshold}
              layers={layers}
            >
              <HeatMapLayer heat={heat} view={view} />
            </Overlay>
          </div>
          <HeatMapChoice heat={heat} view={view} />
        </SpaceBetween>
        <SpaceBetween size="l">
          <Statements columns={columns} number={number} image={image} />
          <FixPanel
            key={number}
            place={props.place}
            project={props.project}
            source={source}
            columns={columns}
          />
        </SpaceBetween>
      </ColumnLayout>
    </Modal>
  );
}

interface StatementsProps {
  readonly columns: EvaluationColumns;
  readonly number: number;
  readonly image: EvaluationImage | undefined;
}

interface Row {
  readonly name: string;
  readonly score: number;
  readonly overlap: number | undefined;
  readonly area: number | undefined;
}

/** What the model said, the surest first. */
function Statements({ columns, number, image }: StatementsProps) {
  const t = useText();
  const formats = useFormats();
  const { task } = columns.figures;
  const rows = rowsOf(columns, number, image);
  const hasOverlap = rows.some(({ overlap }) => overlap !== undefined);
  const hasArea = rows.some(({ area }) => area !== undefined);
  return (
    <SpaceBetween size="xs">
      <div>
        <Box variant="awsui-key-label">{t("testedAs")}</Box>
        <bdi>{truthOf(columns, number, image, t)}</bdi>
      </div>
      <Table
        items={rows}
        variant="embedded"
        wrapLines
        empty={t("nothingFound")}
        ariaLabels={{ tableLabel: t("modelSaid") }}
        header={<Header variant="h3">{t("modelSaid")}</Header>}
        columnDefinitions={[
          { id: "name", header: t("label"), isRowHeader: true, cell: ({ name }) => <bdi>{name}</bdi> },
          { id: "score", header: t("confidence"), cell: ({ score }) => formats.percent(score) },
          ...(hasOverlap
            ? [
                {
                  id: "iou",
                  header: t("iou"),
                  cell: ({ overlap }: Row) => (overlap === undefined ? "–" : formats.percent(overlap)),
                },
              ]
            : []),
          ...(hasArea
            ? [
                {
                  id: "area",
                  header: t("area"),
                  cell: ({ area }: Row) => (area === undefined ? "–" : formats.percent(area)),
                },
              ]
            : []),
        ]}
      />
      {task === "detection" && (image?.MissedBoxes ?? []).length > 0 && (
        <Box>{t("missedBoxes", { count: image?.MissedBoxes?.length ?? 0 })}</Box>
      )}
    </SpaceBetween>
  );
}

/** As many labels are explained at once, at most (`GetHeatMap`). */
const MOST_MAPS = 5;

/** The label one is at and what is true, found or not. An anomaly has one map, whatever its types. */
function labelsToExplain(
  columns: EvaluationColumns,
  number: number,
  image: EvaluationImage | undefined,
  label: string,
): string[] {
  const { task } = columns.figures;
  if (task === "anomaly" || task === "segmentation") return [];
  return [...new Set([label, ...trueNamesOf(columns, number, image)])].slice(0, MOST_MAPS);
}

/** As many as a person reads. */
const MOST_ROWS = 12;

function rowsOf(columns: EvaluationColumns, number: number, image: EvaluationImage | undefined): Row[] {
  const isWhole = columns.figures.task !== "detection";
  const whole = isWhole
    ? columns.labels.map((label) => ({
        name: label.row.label,
        score: label.scores[number] ?? 0,
        overlap: undefined,
        area: undefined,
      }))
    : [];
  const overlaps = new Map((image?.Overlaps ?? []).map(({ Label, IoU }) => [Label ?? "", IoU]));
  const hasParts = columns.figures.task === "detection" || columns.figures.task === "segmentation";
  const parts = (hasParts ? (image?.Findings ?? []) : []).map((finding) => ({
    name: finding.Label ?? "",
    score: finding.Confidence ?? 0,
    overlap: finding.IoU ?? overlaps.get(finding.Label ?? ""),
    area: finding.Area,
  }));
  return [...whole, ...parts].sort((one, other) => other.score - one.score).slice(0, MOST_ROWS);
}

function truthOf(
  columns: EvaluationColumns,
  number: number,
  image: EvaluationImage | undefined,
  t: ReturnType<typeof useText>,
): string {
  const { task } = columns.figures;
  if (task === "anomaly" || task === "segmentation") {
    return t(columns.labels[0]?.truth[number] === 1 ? "anomaly" : "normal");
  }
  const names = trueNamesOf(columns, number, image);
  return names.length === 0 ? t("nothingThere") : names.join(", ");
}

function trueNamesOf(
  columns: EvaluationColumns,
  number: number,
  image: EvaluationImage | undefined,
): string[] {
  return columns.figures.task === "detection"
    ? [...new Set((image?.TrueBoxes ?? []).map(({ Label }) => Label ?? ""))]
    : columns.labels.filter((label) => label.truth[number] === 1).map(({ row }) => row.label);
}
