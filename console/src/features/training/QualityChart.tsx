/** How good the versions of a project are, from the first to the newest. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import LineChart from "@cloudscape-design/components/line-chart";
import type { VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { useText } from "./text";

/** The last ones, as many as have room for their names. */
const MOST = 30;

export function QualityChart({ versions }: { readonly versions: readonly VersionFacts[] }) {
  const t = useText();
  const formats = useFormats();
  const points = versions
    .flatMap(({ name, f1 }) => (f1 === null ? [] : [{ x: name, y: f1 }]))
    .slice(0, MOST)
    .reverse();
  if (points.length < 2) return null;
  const lowest = Math.min(...points.map((point) => point.y));
  return (
    <Container header={<Header variant="h2">{t("qualityOver")}</Header>}>
      <LineChart
        height={180}
        hideFilter
        hideLegend
        xScaleType="categorical"
        xDomain={points.map((point) => point.x)}
        yDomain={[Math.max(0, Math.floor(10 * lowest - 1) / 10), 1]}
        ariaLabel={t("qualityOver")}
        xTitle={t("versions")}
        yTitle="F1"
        series={[
          { title: "F1", type: "line", data: points, valueFormatter: (value) => formats.percent(value) },
        ]}
        yTickFormatter={(value) => formats.percent(value)}
      />
    </Container>
  );
}
