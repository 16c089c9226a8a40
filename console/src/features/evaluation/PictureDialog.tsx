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
import type { ProjectPlace } from "../../ui/ofProject";
import { LayerChoice, type Layers, type LayerView } from "../../ui/layers";
import { PictureOverlay } from "../../ui/overlay";
import type { EvaluationColumns } from "./columns";
import { boxesOf, masksOf } from "./drawings";
import { FixPanel } from "./FixPanel";
import { useImages, type EvaluationImage } from "./images";
import { nameOf } from "./PictureGrid";
import { labelsToExplain, statementsOf, trueNamesOf, type Statement } from "./statements";
import { useText } from "./text";

export interface PictureDialogProps {
  readonly place: ProjectPlace;
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
          <PictureOverlay
            key={number}
            source={source}
            url={`/console/api/picture?${query.toString()}`}
            alt={nameOf(source)}
            boxes={boxesOf(image, task === "detection" ? label : "", threshold, layers)}
            masks={masksOf(image, layers)}
            lostHelp={t("lostHelp")}
            isLarge
          >
            <HeatMapLayer heat={heat} view={view} />
          </PictureOverlay>
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

/** What the model said, the surest first. */
function Statements({ columns, number, image }: StatementsProps) {
  const t = useText();
  const formats = useFormats();
  const { task } = columns.figures;
  const rows = statementsOf(columns, number, image);
  const percent = (share: number | undefined) => (share === undefined ? "–" : formats.percent(share));
  const area = (share: number | undefined) => (share === undefined ? "–" : formats.area(share));
  const column = (id: "overlap" | "trueArea" | "area", header: string, say: typeof percent) =>
    rows.some((row) => row[id] !== undefined) ? [{ id, header, cell: (row: Statement) => say(row[id]) }] : [];
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
          { id: "score", header: t("confidence"), cell: ({ score }) => percent(score) },
          ...column("overlap", t("iou"), percent),
          ...column("trueArea", t("areaTrue"), area),
          ...column("area", t("areaFound"), area),
        ]}
      />
      {task === "detection" && (image?.MissedBoxes ?? []).length > 0 && (
        <Box>{t("missedBoxes", { count: image?.MissedBoxes?.length ?? 0 })}</Box>
      )}
    </SpaceBetween>
  );
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
