/** How far confidence and being right agree: a bar a range of confidence. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { memo, useMemo } from "react";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import { useFormats } from "../../i18n/context";
import { Plot, type PlotSeries } from "../../ui/plot";
import type { Figures, ReliabilityBin } from "./columns";
import { interval } from "./counting";
import { useText } from "./text";

const SHARES = [0, 1] as const;
/** Where confidence and being right are the same, from corner to corner. */
const ENDS = { confidence: SHARES, right: [null, null] } as const;

function between<T>(values: readonly T[], [first, last]: readonly [T, T]): readonly T[] {
  return [first, ...values, last];
}

interface ReliabilityProps {
  readonly reliability: Figures["reliability"];
}

export const ReliabilityDiagram = memo(function ReliabilityDiagram({ reliability }: ReliabilityProps) {
  const t = useText();
  const formats = useFormats();
  const { bins, error } = reliability;
  const x = useMemo(
    () =>
      between(
        bins.map(({ confidence }) => confidence),
        ENDS.confidence,
      ),
    [bins],
  );
  const series = useMemo(
    (): PlotSeries[] => [
      {
        name: t("rightShare"),
        y: between<number | null>(
          bins.map(({ right }) => right),
          ENDS.right,
        ),
        kind: "line",
        color: "#0972d3",
      },
      { name: t("asSure"), y: x, kind: "line", color: "#7d8998" },
    ],
    [bins, t, x],
  );
  if (bins.length === 0) return null;
  const rightOf = (bin: ReliabilityBin) => {
    const { low, high } = interval(Math.round(bin.right * bin.count), bin.count);
    return `${formats.percent(bin.right)} (${formats.percent(low)} – ${formats.percent(high)})`;
  };
  return (
    <Container
      header={
        <Header variant="h2" description={t("reliabilityHelp")}>
          {t("reliability")}
        </Header>
      }
    >
      <ColumnLayout columns={2}>
        <SpaceBetween size="xs">
          <Plot
            label={t("reliability")}
            x={x}
            series={series}
            xTitle={t("confidence")}
            yTitle={t("rightShare")}
            xRange={SHARES}
            yRange={SHARES}
          />
          <Box color="text-body-secondary">{t("calibration", { value: formats.percent(error) })}</Box>
        </SpaceBetween>
        <Table
          items={bins}
          variant="embedded"
          ariaLabels={{ tableLabel: t("reliability") }}
          columnDefinitions={[
            {
              id: "range",
              header: t("confidence"),
              isRowHeader: true,
              cell: ({ low, high }) => `${formats.percent(low)} – ${formats.percent(high)}`,
            },
            { id: "count", header: t("predictions"), cell: ({ count }) => formats.number(count) },
            { id: "right", header: t("rightShare"), cell: rightOf },
          ]}
        />
      </ColumnLayout>
    </Container>
  );
});
