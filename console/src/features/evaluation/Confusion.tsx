/** Which label is taken for which: cells open their pictures; of many labels the most frequent pairs. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo, useDeferredValue, useMemo, useState } from "react";
import type { ProjectFacts, VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import type { ProjectPlace } from "../../ui/ofProject";
import type { EvaluationColumns } from "./columns";
import { confusions, type Confusions } from "./confusions";
import type { RankedLabel } from "./counting";
import { useThresholds } from "./moved";
import { PictureDialog } from "./PictureDialog";
import { PictureGrid } from "./PictureGrid";
import { useText } from "./text";

interface ConfusionProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly columns: EvaluationColumns;
  readonly ranked: readonly RankedLabel[];
}

type FollowingProps = ConfusionProps & { readonly thresholds: readonly number[] };

/** More labels have no room beside each other. */
const MOST_CELLS = 25;
const MOST_PAIRS = 40;
const MOST_PICTURES = 60;
const NO_LAYERS = { view: "none", model: false, person: false } as const;

export const Confusion = memo(function Confusion(props: ConfusionProps) {
  return <Following {...props} thresholds={useThresholds()} />;
});

/** As galleries follow the slider. */
function Following(props: FollowingProps) {
  return <Table {...props} thresholds={useDeferredValue(props.thresholds)} />;
}

const Table = memo(function Table(props: FollowingProps) {
  const { columns, ranked, thresholds } = props;
  const t = useText();
  const [cell, setCell] = useState<string | null>(null);
  const [open, setOpen] = useState<number | null>(null);
  const table = useMemo(() => confusions(columns, ranked, thresholds), [columns, ranked, thresholds]);
  if (table === null || ranked.length < 2) return null;
  const pictures = cell === null ? [] : table.picturesOf(cell, MOST_PICTURES);
  const [truth = 0, predicted = 0] = (cell ?? "").split(" ").map(Number);
  const names = { truth: labelOf(ranked, truth), predicted: labelOf(ranked, predicted) };
  return (
    <Container
      header={
        <Header variant="h2" description={t(columns.predicted === null ? "togetherHelp" : "confusionHelp")}>
          {t("confusion")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {ranked.length <= MOST_CELLS ? (
          <SpaceBetween size="xs">
            <Matrix table={table} ranked={ranked} chosen={cell} onChoose={setCell} />
            <Box color="text-body-secondary" fontSize="body-s">
              {t("cellsHelp")}
            </Box>
          </SpaceBetween>
        ) : (
          <Pairs table={table} ranked={ranked} onChoose={setCell} />
        )}
        {cell !== null && (
          <>
            <Box variant="h3">{t("cellTitle", names)}</Box>
            <PictureGrid
              columns={columns}
              arn={props.version.arn}
              items={pictures.map((picture) => ({
                picture,
                score: columns.labels[predicted]?.scores[picture] ?? null,
              }))}
              label=""
              threshold={0}
              layers={NO_LAYERS}
              empty={t("none_cell")}
              onOpen={setOpen}
            />
          </>
        )}
        {open !== null && (
          <PictureDialog
            {...props}
            label={names.predicted}
            threshold={thresholds[predicted] ?? 0.5}
            numbers={pictures}
            number={open}
            layers={NO_LAYERS}
            onLayers={() => undefined}
            onOpen={setOpen}
            onClose={() => setOpen(null)}
          />
        )}
      </SpaceBetween>
    </Container>
  );
});

function labelOf(ranked: readonly RankedLabel[], number: number): string {
  return ranked[number]?.label.row.label ?? "";
}

interface MatrixProps {
  readonly table: Confusions;
  readonly ranked: readonly RankedLabel[];
  readonly chosen?: string | null;
  readonly onChoose: (cell: string) => void;
}

function Matrix({ table, ranked, chosen, onChoose }: MatrixProps) {
  const t = useText();
  const names = ranked.map(({ label }) => label.row.label);
  return (
    <div className="evaluation-matrix" role="region" aria-label={t("confusion")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("trueDown")}</th>
            {names.map((name) => (
              <th key={name} scope="col">
                <bdi className="unbroken-name">{name}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name, truth) => (
            <tr key={name}>
              <th scope="row">
                <bdi className="unbroken-name">{name}</bdi>
              </th>
              {names.map((other, predicted) => (
                <Cell
                  key={other}
                  truth={name}
                  predicted={other}
                  place={`${String(truth)} ${String(predicted)}`}
                  count={table.count(truth, predicted)}
                  share={table.share(truth, predicted)}
                  isChosen={chosen === `${String(truth)} ${String(predicted)}`}
                  onChoose={onChoose}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  readonly truth: string;
  readonly predicted: string;
  readonly place: string;
  readonly count: number;
  readonly share: number;
  readonly isChosen: boolean;
  readonly onChoose: (cell: string) => void;
}

/** Most cells stay what they are when a threshold moves. */
const Cell = memo(function Cell({ truth, predicted, place, count, share, isChosen, onChoose }: CellProps) {
  const t = useText();
  const formats = useFormats();
  if (count === 0) return <td>0</td>;
  const kind = truth === predicted ? "is-right" : "is-wrong";
  return (
    <td className={kind} style={{ "--share": share } as object}>
      <button
        type="button"
        aria-pressed={isChosen}
        aria-label={t("cellOf", { truth, predicted, count })}
        title={formats.percent(share)}
        onClick={() => onChoose(place)}
      >
        {formats.number(count)}
      </button>
    </td>
  );
});

function Pairs({ table, ranked, onChoose }: MatrixProps) {
  const t = useText();
  const pairs = table.pairs(MOST_PAIRS);
  if (pairs.length === 0) return <Box>{t("noConfusion")}</Box>;
  return (
    <ul className="evaluation-pairs">
      {pairs.map(({ truth, predicted, count }) => (
        <li key={`${String(truth)} ${String(predicted)}`}>
          <button type="button" onClick={() => onChoose(`${String(truth)} ${String(predicted)}`)}>
            {t("cellOf", { truth: labelOf(ranked, truth), predicted: labelOf(ranked, predicted), count })}
          </button>
        </li>
      ))}
    </ul>
  );
}
