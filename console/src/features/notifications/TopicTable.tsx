/** The account's topics: what they reach, what they hear, and how it goes; and a test of each. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { Counts } from "./Counts";
import { kindOf, kindsOf } from "./deliveries";
import { useText } from "./text";

/** Where it goes: of a webhook the host alone, of commands and letters that there are some. */
function Reaches({ topic }: { readonly topic: Own.NotificationTopic }) {
  const t = useText();
  const { WebhookHost = "", Signed = false, HasCommand = false, Emails = 0 } = topic;
  return (
    <SpaceBetween size="xxs">
      {WebhookHost !== "" && (
        <span>
          <bdi>{WebhookHost}</bdi>
          {Signed && <> · {t("signed")}</>}
        </span>
      )}
      {HasCommand && <span>{t("command")}</span>}
      {Emails > 0 && <span>{t("emails", { count: Emails })}</span>}
      {WebhookHost === "" && !HasCommand && Emails === 0 && (
        <StatusIndicator type="warning">{t("reachesNobody")}</StatusIndicator>
      )}
    </SpaceBetween>
  );
}

function Hears({ topic }: { readonly topic: Own.NotificationTopic }) {
  const t = useText();
  const words = kindsOf(topic).map((event) => {
    const kind = kindOf(event);
    return kind === null ? event : t(`kind_${kind}`);
  });
  return <>{words.join(", ")}</>;
}

/** The last thing that went wrong, and when. */
function LastFailure({ topic }: { readonly topic: Own.NotificationTopic }) {
  const t = useText();
  const formats = useFormats();
  if (topic.LastProblem === undefined) return <>{t("noFailure")}</>;
  return (
    <SpaceBetween size="xxs">
      <Sentence text={topic.LastProblem} />
      <Box variant="small" color="text-body-secondary">
        {t("sentOn", { moment: formats.date(topic.LastProblemDate) })}
      </Box>
    </SpaceBetween>
  );
}

interface TopicTableProps {
  readonly topics: readonly Own.NotificationTopic[];
  readonly isPending: boolean;
}

export function TopicTable({ topics, isPending }: TopicTableProps) {
  const t = useText();
  const test = useChange("vedette", "SendTestNotification", [["vedette", "ListNotifications"]]);
  const tested = test.isPending ? test.variables.TopicName : null;
  return (
    <SpaceBetween size="s">
      {test.isError && <FaultAlert error={test.error} />}
      <Table
        items={topics}
        trackBy="TopicName"
        wrapLines
        loading={isPending}
        loadingText={t("loading")}
        header={
          <Header
            variant="h2"
            counter={isPending ? "" : `(${String(topics.length)})`}
            description={t("topicsHelp")}
          >
            {t("topics")}
          </Header>
        }
        ariaLabels={{ tableLabel: t("topics") }}
        columnDefinitions={[
          {
            id: "name",
            header: t("topic"),
            isRowHeader: true,
            minWidth: 120,
            cell: ({ TopicName }) => <bdi>{TopicName}</bdi>,
          },
          { id: "reaches", header: t("reaches"), minWidth: 120, cell: (topic) => <Reaches topic={topic} /> },
          { id: "hears", header: t("hears"), minWidth: 110, cell: (topic) => <Hears topic={topic} /> },
          { id: "counts", header: t("counts"), minWidth: 120, cell: (topic) => <Counts topic={topic} /> },
          {
            id: "failure",
            header: t("lastFailure"),
            minWidth: 150,
            cell: (topic) => <LastFailure topic={topic} />,
          },
          {
            id: "test",
            header: t("test"),
            minWidth: 100,
            cell: ({ TopicName = "", WebhookHost = "" }) => (
              <Button
                wrapText={false}
                ariaLabel={t("testName", { name: TopicName })}
                loading={tested === TopicName}
                disabled={WebhookHost === ""}
                disabledReason={t("testAlarms")}
                onClick={() => test.mutate({ TopicName })}
              >
                {t("testSend")}
              </Button>
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}
