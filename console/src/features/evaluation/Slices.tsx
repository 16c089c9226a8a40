/** Where a version is weak: the share of right pictures by folder, size, brightness, date or camera, with the interval that few pictures leave. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { memo, useMemo, useState } from "react";
import { useCall, type ProjectFacts, type VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import type { ProjectPlace } from "../../ui/ofProject";
import { useLayers } from "../../ui/layers";
import type { EvaluationColumns } from "./columns";
import { PictureDialog } from "./PictureDialog";
import { PictureGrid } from "./PictureGrid";
import { groupersOf, slicesBy, TRAITS, type GroupName, type Slice, type Trait } from "./slices";
import { useText } from "./text";

interface SlicesProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly columns: EvaluationColumns;
}

const MOST_ROWS = 30;
const MOST_PICTURES = 48;

/** The groups by every trait that tells pictures apart: one group alone says nothing. */
function useSlices({ columns, version }: SlicesProps): ReadonlyMap<Trait, readonly Slice[]> {
  const t = useText();
  const formats = useFormats();
  const facts = useCall("vedette", "GetEvaluationSlices", { ModelArn: version.arn }).data;
  return useMemo(() => {
    const words = (group: GroupName): string => {
      if (group.kind === "text") return group.text;
      const number = group.kind === "side" ? formats.number : formats.percent;
      return t(`band_${group.kind}`, { from: number(group.from), to: number(group.to) });
    };
    const slices = [...groupersOf(facts)].map(([trait, groupOf]) => {
      const nameOf = (picture: number) => {
        const group = groupOf(picture);
        return group === null ? null : words(group);
      };
      return [trait, slicesBy(columns.pictures.length, columns.correct, nameOf)] as const;
    });
    return new Map(slices.filter(([, groups]) => groups.length > 1));
  }, [columns, facts, formats, t]);
}

export const Slices = memo(function Slices(props: SlicesProps) {
  const { columns } = props;
  const t = useText();
  const formats = useFormats();
  const [wanted, setWanted] = useState<Trait>("folder");
  const [chosen, setChosen] = useState<Slice | null>(null);
  const [open, setOpen] = useState<number | null>(null);
  const [layers, setLayers] = useLayers();
  const all = useSlices(props);
  const traits = TRAITS.filter((trait) => all.has(trait));
  const trait = traits.includes(wanted) ? wanted : traits[0];
  if (trait === undefined) return null;
  const slices = all.get(trait) ?? [];
  const numbers = chosen?.wrong.slice(0, MOST_PICTURES) ?? [];
  return (
    <Container
      header={
        <Header variant="h2" description={t("slicesHelp")}>
          {t("slices")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {traits.length > 1 && (
          <SegmentedControl
            selectedId={trait}
            label={t("slicesBy")}
            options={traits.map((id) => ({ id, text: t(id) }))}
            onChange={({ detail }) => {
              setWanted(traits.find((id) => id === detail.selectedId) ?? trait);
              setChosen(null);
            }}
          />
        )}
        <Table
          items={slices.slice(0, MOST_ROWS)}
          variant="embedded"
          wrapLines
          ariaLabels={{ tableLabel: t("slices") }}
          columnDefinitions={[
            {
              id: "name",
              header: t(trait),
              isRowHeader: true,
              cell: ({ name }) => <bdi>{name}</bdi>,
            },
            { id: "count", header: t("pictures"), cell: ({ count }) => formats.number(count) },
            {
              id: "right",
              header: t("rightShare"),
              minWidth: 150,
              cell: ({ share, range }) =>
                `${formats.percent(share)} (${formats.percent(range.low)} – ${formats.percent(range.high)})`,
            },
            {
              id: "weak",
              header: t("compared"),
              minWidth: 130,
              cell: ({ isWeak }) =>
                isWeak ? (
                  <StatusIndicator type="warning">{t("weak")}</StatusIndicator>
                ) : (
                  <Box color="text-body-secondary">{t("notWeak")}</Box>
                ),
            },
            {
              id: "wrong",
              header: t("wrongPictures"),
              cell: (slice) =>
                slice.wrong.length === 0 ? (
                  "–"
                ) : (
                  <Button
                    variant="inline-link"
                    ariaLabel={t("showWrong", { count: slice.wrong.length, name: slice.name })}
                    onClick={() => setChosen(slice)}
                  >
                    {formats.number(slice.wrong.length)}
                  </Button>
                ),
            },
          ]}
        />
        {chosen !== null && (
          <>
            <Box variant="h3">{t("showWrong", { count: chosen.wrong.length, name: chosen.name })}</Box>
            <PictureGrid
              columns={columns}
              arn={props.version.arn}
              items={numbers.map((picture) => ({ picture, score: undefined }))}
              label=""
              threshold={0}
              layers={layers}
              empty=""
              onOpen={setOpen}
            />
          </>
        )}
        {open !== null && (
          <PictureDialog
            {...props}
            label=""
            threshold={0}
            numbers={numbers}
            number={open}
            layers={layers}
            onLayers={setLayers}
            onOpen={setOpen}
            onClose={() => setOpen(null)}
          />
        )}
      </SpaceBetween>
    </Container>
  );
});
