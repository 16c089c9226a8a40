/** What came of a batch's pictures: how often each label or verdict, how sure the model is, and why some have no answer. */
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fragment, type ReactNode } from "react";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import Box from "@cloudscape-design/components/box";
import { useText } from "./text";

/** As many as compare at a glance; a model may know 250. */
const MOST_ROWS = 12;

interface BarsProps {
  readonly title: string;
  readonly rows: readonly { readonly key: string; readonly name: ReactNode; readonly count: number }[];
}

/** Counts as bars of one scale, with their numbers beside them, so that nothing is in colour alone. */
function Bars({ title, rows }: BarsProps) {
  const formats = useFormats();
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <SpaceBetween size="xs">
      <Box variant="h3">{title}</Box>
      <dl className="batches-bars" aria-label={title}>
        {rows.map(({ key, name, count }) => (
          <Fragment key={key}>
            <dt>{name}</dt>
            <dd aria-hidden="true">
              <span className="batches-bar" style={{ inlineSize: `${String((100 * count) / most)}%` }} />
            </dd>
            <dd>{formats.number(count)}</dd>
          </Fragment>
        ))}
      </dl>
    </SpaceBetween>
  );
}

export function Summary({ batch }: { readonly batch: Own.BatchDescription }) {
  const t = useText();
  const formats = useFormats();
  const { Verdicts = [], Confidences = [], Failures = [] } = batch;
  const verdicts = Verdicts.slice(0, MOST_ROWS).map(({ Name = "", Count = 0 }) => ({
    key: Name,
    name: <bdi>{Name}</bdi>,
    count: Count,
  }));
  const step = 1 / Math.max(1, Confidences.length);
  const confidences = Confidences.map((count, place) => ({
    key: String(place),
    name: t("range", { from: formats.percent(place * step), to: formats.percent((place + 1) * step) }),
    count,
  }));
  const failures = Failures.slice(0, MOST_ROWS).map(({ Name = "", Count = 0 }) => ({
    key: Name,
    name: <Sentence text={Name} />,
    count: Count,
  }));
  return (
    <Container header={<Header variant="h2">{t("summary")}</Header>}>
      <SpaceBetween size="l">
        <ColumnLayout columns={2}>
          <SpaceBetween size="xs">
            <Bars title={t("found")} rows={verdicts} />
            {Verdicts.length > MOST_ROWS && (
              <Box color="text-body-secondary">{t("more", { count: Verdicts.length - MOST_ROWS })}</Box>
            )}
          </SpaceBetween>
          <Bars title={t("howSure")} rows={confidences} />
        </ColumnLayout>
        {failures.length > 0 && <Bars title={t("noAnswer")} rows={failures} />}
      </SpaceBetween>
    </Container>
  );
}
