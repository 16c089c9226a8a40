/** What happened to an alarm in the last thirty days, the newest first. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { usePages, type Monitoring } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { useUiText } from "../../ui/text";
import { lineOf } from "./alarms";
import { StateSign } from "./StateSign";
import { useText } from "./text";

const EVERY_MS = 15_000;

function What({ item }: { readonly item: Monitoring.AlarmHistoryItem }) {
  const t = useText();
  const { kind, state, topic } = lineOf(item);
  if (state !== null) return <StateSign state={state} />;
  if (kind === "called") return <StatusIndicator type="success">{t("called", { topic })}</StatusIndicator>;
  if (kind === "notCalled")
    return <StatusIndicator type="error">{t("notCalled", { topic })}</StatusIndicator>;
  return <StatusIndicator type="info">{t("changed")}</StatusIndicator>;
}

export function History({ name }: { readonly name: string }) {
  const t = useText();
  const ui = useUiText();
  const formats = useFormats();
  const asked = { AlarmName: name, MaxRecords: 50 };
  const query = usePages("monitoring", "DescribeAlarmHistory", asked, { everyMs: EVERY_MS });
  const items = (query.data?.pages ?? []).flatMap((page) => page.AlarmHistoryItems ?? []);
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <SpaceBetween size="s">
      <Table
        items={items}
        wrapLines
        loading={query.isPending}
        loadingText={ui("loading")}
        header={
          <Header variant="h2" description={t("historyHelp")}>
            {t("history")}
          </Header>
        }
        ariaLabels={{ tableLabel: t("history") }}
        empty={<Box textAlign="center">{t("historyNone")}</Box>}
        columnDefinitions={[
          {
            id: "when",
            header: t("when"),
            minWidth: 150,
            cell: ({ Timestamp }) => formats.date(Timestamp),
          },
          { id: "what", header: t("what"), minWidth: 200, cell: (item) => <What item={item} /> },
          {
            id: "why",
            header: t("why"),
            minWidth: 300,
            cell: (item) => <Sentence text={lineOf(item).reason} />,
          },
        ]}
      />
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </SpaceBetween>
  );
}
