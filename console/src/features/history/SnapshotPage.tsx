/** One snapshot beside what the dataset is now, and the click that restores it. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { call, useCall, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { HistoryFrame } from "./Frame";
import { nameOf } from "./names";
import { useHistoryPlace } from "./place";
import { useText } from "./text";
import { useRestoring } from "./useRestoring";
import { useNames } from "../../ui/address";

const PAGE = 200;
/** Where the wire's integers end: how many pictures a dataset has, the installation says. */
const MOST_PAGES = Math.floor((2 ** 31 - 1) / PAGE);
const SHOWN_LABELS = 12;
type DifferenceKind = NonNullable<Own.DescribeSnapshotRequest["Kind"]>;
const KINDS: readonly DifferenceKind[] = ["relabeled", "gone", "new", "changed", "moved"];

function countOf(counts: Own.DifferenceCounts, kind: DifferenceKind): number {
  const values = {
    gone: counts.Gone,
    new: counts.New,
    relabeled: counts.Relabeled,
    changed: counts.Changed,
    moved: counts.Moved,
  };
  return values[kind] ?? 0;
}

export function SnapshotPage() {
  const t = useText();
  const place = useHistoryPlace();
  const id = useNames().snapshot ?? "";
  const [isAsking, setAsking] = useState(false);
  const [search, setSearch] = useSearchParams();
  const kind = KINDS.find((one) => one === search.get("show")) ?? "relabeled";
  const number = pageOf(search);
  const asked = { ProjectArn: place.arn ?? "", DatasetType: place.type, SnapshotId: id };
  const query = useCall(
    "vedette",
    "DescribeSnapshot",
    { ...asked, Kind: kind, Offset: (number - 1) * PAGE, MaxResults: PAGE },
    { isEnabled: place.arn !== undefined },
  );
  const snapshot = query.data?.Snapshot;
  const counts = query.data?.Counts ?? {};
  const title = snapshot === undefined ? t("snapshot") : nameOf(t, snapshot);
  const restore = (
    <Button variant="primary" disabled={restorable(counts) === 0} onClick={() => setAsking(true)}>
      {t("restore")}
    </Button>
  );
  return (
    <HistoryFrame
      place={place}
      title={title}
      help={snapshot?.Description}
      actions={restore}
      above={[{ text: t("snapshots"), to: `${place.datasetRoute}/snapshots` }]}
    >
      {(arn) => (
        <>
          {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
          {query.isPending && <Box>{t("loading")}</Box>}
          {snapshot !== undefined && <SnapshotFacts snapshot={snapshot} />}
          {query.data !== undefined && (
            <DifferenceTabs
              answer={query.data}
              kind={kind}
              number={number}
              onKind={(show) => setSearch({ show })}
              onNumber={(page) => setSearch({ show: kind, page: String(page) })}
            />
          )}
          {isAsking && (
            <RestoreDialog
              asked={asked}
              arn={arn}
              name={title}
              counts={counts}
              onClose={() => setAsking(false)}
            />
          )}
        </>
      )}
    </HistoryFrame>
  );
}

/** The page of differences that the address names, from 1 on. */
function pageOf(search: URLSearchParams): number {
  const number = Number(search.get("page") ?? "1");
  return Number.isSafeInteger(number) && number > 0 && number <= MOST_PAGES ? number : 1;
}

/** How many pictures a restoration would change. */
function restorable(counts: Own.DifferenceCounts): number {
  return KINDS.filter((kind) => kind !== "moved").reduce((sum, kind) => sum + countOf(counts, kind), 0);
}

function SnapshotFacts({ snapshot }: { readonly snapshot: Own.DatasetSnapshot }) {
  const t = useText();
  const formats = useFormats();
  const labels = (snapshot.Labels ?? [])
    .slice(0, SHOWN_LABELS)
    .map((label) => `${label.Name ?? ""} ${formats.number(label.Pictures ?? 0)}`);
  return (
    <Container header={<Header variant="h2">{t("whatItHolds")}</Header>}>
      <KeyValuePairs
        columns={4}
        items={[
          { label: t("when"), value: formats.date(snapshot.CreationDate) },
          { label: t("who"), value: <bdi>{snapshot.Person?.Name ?? t("nobody")}</bdi> },
          { label: t("pictures"), value: formats.number(snapshot.Total ?? 0) },
          { label: t("labels"), value: <bdi>{labels.join(", ")}</bdi> },
        ]}
      />
    </Container>
  );
}

interface DifferenceTabsProps {
  readonly answer: Own.DescribeSnapshotResponse;
  readonly kind: DifferenceKind;
  readonly number: number;
  readonly onKind: (kind: string) => void;
  readonly onNumber: (number: number) => void;
}

function DifferenceTabs({ answer, kind, number, onKind, onNumber }: DifferenceTabsProps) {
  const t = useText();
  const counts = answer.Counts ?? {};
  if (restorable(counts) + countOf(counts, "moved") === 0) {
    return <Alert type="success">{t("noDifference")}</Alert>;
  }
  return (
    <SpaceBetween size="m">
      <SegmentedControl
        label={t("differences")}
        selectedId={kind}
        options={KINDS.map((one) => ({
          id: one,
          text: t(`difference_${one}`, { count: countOf(counts, one) }),
        }))}
        onChange={({ detail }) => onKind(detail.selectedId)}
      />
      <Differences
        entries={answer.Entries ?? []}
        pages={Math.ceil(countOf(counts, kind) / PAGE)}
        number={number}
        help={t(`differenceHelp_${kind}`)}
        onNumber={onNumber}
      />
    </SpaceBetween>
  );
}

interface DifferencesProps {
  readonly entries: readonly Own.EntryDifference[];
  readonly pages: number;
  readonly number: number;
  readonly help: string;
  readonly onNumber: (number: number) => void;
}

function Differences({ entries, pages, number, help, onNumber }: DifferencesProps) {
  const t = useText();
  const list = (names: readonly string[] | undefined) => (
    <bdi>{names === undefined || names.length === 0 ? "–" : names.join(", ")}</bdi>
  );
  return (
    <Table
      wrapLines
      items={entries}
      trackBy="EntryId"
      header={<Box color="text-body-secondary">{help}</Box>}
      ariaLabels={{ tableLabel: t("differences") }}
      empty={<Box textAlign="center">{t("differenceNone")}</Box>}
      columnDefinitions={[
        {
          id: "picture",
          header: t("picture"),
          isRowHeader: true,
          cell: (one) => (
            <SpaceBetween size="xxs">
              <bdi>{one.SourceRef}</bdi>
              {one.PictureIsGone === true && <Box color="text-status-warning">{t("pictureIsGone")}</Box>}
            </SpaceBetween>
          ),
        },
        { id: "then", header: t("labelsThen"), cell: (one) => list(one.LabelsThen) },
        { id: "now", header: t("labelsNow"), cell: (one) => list(one.LabelsNow) },
      ]}
      pagination={
        pages > 1 && (
          <Pagination
            currentPageIndex={number}
            pagesCount={pages}
            onChange={({ detail }) => onNumber(detail.currentPageIndex)}
          />
        )
      }
    />
  );
}

interface RestoreProps {
  readonly asked: Own.RestoreSnapshotRequest;
  readonly arn: string;
  readonly name: string;
  readonly counts: Own.DifferenceCounts;
  readonly onClose: () => void;
}

function RestoreDialog({ asked, arn, name, counts, onClose }: RestoreProps) {
  const t = useText();
  const watch = useRestoring(arn);
  const [onlyLabels, setOnlyLabels] = useState(false);
  const [isSending, setSending] = useState(false);
  const [error, setError] = useState<unknown>();
  const gone = useCall(
    "vedette",
    "DescribeSnapshot",
    { ...asked, Kind: "gone", MaxResults: PAGE },
    { isEnabled: (counts.Gone ?? 0) > 0 },
  );
  const missing = (gone.data?.Entries ?? []).filter((entry) => entry.PictureIsGone === true);
  const send = async () => {
    setSending(true);
    setError(undefined);
    try {
      const begun = await call("vedette", "RestoreSnapshot", { ...asked, OnlyLabels: onlyLabels });
      onClose();
      await watch(begun);
    } catch (problem) {
      setError(problem);
      setSending(false);
    }
  };
  return (
    <Modal
      visible
      header={t("restoreTitle", { name })}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button variant="primary" loading={isSending} onClick={() => void send()}>
              {t("restoreNow")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="s">
        <ul>
          {KINDS.filter((kind) => countOf(counts, kind) > 0).map((kind) => (
            <li key={kind}>{t(`restore_${kind}`, { count: countOf(counts, kind) })}</li>
          ))}
        </ul>
        <Checkbox checked={onlyLabels} onChange={({ detail }) => setOnlyLabels(detail.checked)}>
          {t("onlyLabels")}
        </Checkbox>
        {missing.length > 0 && !onlyLabels && (
          <Alert type="warning" header={t("missingTitle", { count: missing.length })}>
            {t("missingHelp")}
            <ul>
              {missing.slice(0, 10).map((entry) => (
                <li key={entry.EntryId}>
                  <bdi>{entry.SourceRef}</bdi>
                </li>
              ))}
            </ul>
          </Alert>
        )}
        <Alert type="info">{t("restoreHelp")}</Alert>
        {error !== undefined && <FaultAlert error={error} />}
      </SpaceBetween>
    </Modal>
  );
}
