/** Who changed what in a dataset, when: days, people, kinds, labels; and one change taken back. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { call, useCall, usePages, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { Filters, readFilters } from "./Filters";
import { HistoryFrame } from "./Frame";
import { useHistoryPlace } from "./place";
import { LabelDeltas, useSummary } from "./summary";
import { useText } from "./text";
import { useRestoring } from "./useRestoring";

const PAGE = 50;

export function HistoryPage() {
  const t = useText();
  const place = useHistoryPlace();
  const navigate = useNavigate();
  const open = (
    <Button onClick={() => void navigate(`${place.datasetRoute}/snapshots`)}>{t("snapshots")}</Button>
  );
  return (
    <HistoryFrame place={place} title={t("history")} help={t("historyHelp")} actions={open}>
      {(arn) => <Changes arn={arn} type={place.type} />}
    </HistoryFrame>
  );
}

interface ChangesProps {
  readonly arn: string;
  readonly type: "train" | "test";
}

function Changes({ arn, type }: ChangesProps) {
  const t = useText();
  const formats = useFormats();
  const [search, setSearch] = useSearchParams();
  const filters = readFilters(search);
  const [asked, setAsked] = useState<Own.HistoryChange>();
  const summary = useSummary();
  const query = usePages("vedette", "ListChanges", {
    ProjectArn: arn,
    DatasetType: type,
    MaxResults: PAGE,
    ...filters,
  });
  const days = useCall("vedette", "CountChanges", {
    ProjectArn: arn,
    DatasetType: type,
    UtcOffsetMinutes: -new Date().getTimezoneOffset(),
    ...filters,
  });
  const items = (query.data?.pages ?? []).flatMap((page) => page.Changes ?? []);
  return (
    <SpaceBetween size="m">
      <Filters search={search} onChange={setSearch} people={days.data?.People ?? []} />
      <Days counts={days.data?.Days ?? []} />
      {days.error !== null && query.error === null && <FaultAlert error={days.error} />}
      {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Table
        wrapLines
        items={items}
        trackBy={(change) => String(change.Number)}
        loading={query.isPending}
        loadingText={t("loading")}
        ariaLabels={{ tableLabel: t("history") }}
        empty={
          query.error === null && (
            <Box textAlign="center" padding="l">
              <Box variant="h3">{t("historyNone")}</Box>
              <Box color="text-body-secondary">{t("historyNoneHelp")}</Box>
            </Box>
          )
        }
        columnDefinitions={[
          { id: "when", header: t("when"), isRowHeader: true, cell: (one) => formats.date(one.EndDate) },
          { id: "who", header: t("who"), cell: (one) => <bdi>{one.Person?.Name ?? t("nobody")}</bdi> },
          { id: "what", header: t("what"), cell: (one) => summary(one) },
          { id: "labels", header: t("labels"), cell: (one) => <LabelDeltas labels={one.Labels ?? []} /> },
          {
            id: "back",
            header: t("actions"),
            cell: (one) =>
              one.RevertedBy !== undefined ? (
                <Box color="text-body-secondary">{t("takenBack")}</Box>
              ) : one.CanRevert === true ? (
                <Button
                  variant="inline-link"
                  ariaLabel={t("takeBackOf", { what: summary(one), when: formats.date(one.EndDate) })}
                  onClick={() => setAsked(one)}
                >
                  {t("takeBack")}
                </Button>
              ) : null,
          },
        ]}
        footer={
          query.hasNextPage && (
            <Box textAlign="center">
              <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                {t("showOlder")}
              </Button>
            </Box>
          )
        }
      />
      {asked !== undefined && (
        <TakeBack arn={arn} type={type} change={asked} onClose={() => setAsked(undefined)} />
      )}
    </SpaceBetween>
  );
}

function Days({ counts }: { readonly counts: readonly Own.HistoryDay[] }) {
  const t = useText();
  const formats = useFormats();
  const byDay = new Map<string, Map<string, number>>();
  for (const count of counts) {
    const people = byDay.get(count.Day ?? "") ?? new Map<string, number>();
    const name = count.Person?.Name ?? t("nobody");
    people.set(name, (people.get(name) ?? 0) + (count.Entries ?? 0));
    byDay.set(count.Day ?? "", people);
  }
  const shown = [...byDay].slice(0, 7);
  if (shown.length === 0) return null;
  return (
    <Table
      variant="embedded"
      contentDensity="compact"
      items={shown}
      trackBy={([day]) => day}
      ariaLabels={{ tableLabel: t("byDay") }}
      columnDefinitions={[
        { id: "day", header: t("day"), isRowHeader: true, cell: ([day]) => formats.day(day) },
        {
          id: "people",
          header: t("peopleAndPictures"),
          cell: ([, people]) => (
            <bdi>
              {[...people].map(([name, entries]) => `${name}: ${formats.number(entries)}`).join(" · ")}
            </bdi>
          ),
        },
      ]}
    />
  );
}

interface TakeBackProps extends ChangesProps {
  readonly change: Own.HistoryChange;
  readonly onClose: () => void;
}

function TakeBack({ arn, type, change, onClose }: TakeBackProps) {
  const t = useText();
  const summary = useSummary();
  const watch = useRestoring(arn);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const send = async () => {
    setSending(true);
    setError(undefined);
    try {
      const begun = await call("vedette", "RevertChange", {
        ProjectArn: arn,
        DatasetType: type,
        Number: change.Number ?? 0,
      });
      onClose();
      await watch(begun);
    } catch (problem) {
      setError(problem);
      setSending(false);
    }
  };
  return (
    <Confirm
      title={t("takeBackTitle")}
      action={t("takeBack")}
      isBusy={isSending}
      error={error}
      onClose={onClose}
      onConfirm={() => void send()}
    >
      <Box>
        <bdi>{change.Person?.Name ?? t("nobody")}</bdi>: {summary(change)}
      </Box>
      <Alert type="info">{t("takeBackHelp")}</Alert>
    </Confirm>
  );
}
