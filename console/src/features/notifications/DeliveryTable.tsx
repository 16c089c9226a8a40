/** The last deliveries, the newest first. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { kindOf, SIGNS, stageOf } from "./deliveries";
import { useText } from "./text";

/** What came of it so far; of one that waits, when it is tried next. */
function Outcome({ delivery }: { readonly delivery: Own.NotificationDelivery }) {
  const t = useText();
  const formats = useFormats();
  const stage = stageOf(delivery);
  const { Problem = "", NextDate } = delivery;
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={SIGNS[stage]} wrapText>
        {stage === "retried" ? t("stage_retried", { moment: formats.date(NextDate) }) : t(`stage_${stage}`)}
      </StatusIndicator>
      {Problem !== "" && (
        <Box variant="small" color="text-body-secondary">
          <Sentence text={Problem} />
        </Box>
      )}
    </SpaceBetween>
  );
}

interface DeliveryTableProps {
  readonly deliveries: readonly Own.NotificationDelivery[];
  readonly isPending: boolean;
}

export function DeliveryTable({ deliveries, isPending }: DeliveryTableProps) {
  const t = useText();
  const formats = useFormats();
  return (
    <Table
      items={deliveries}
      trackBy="DeliveryId"
      wrapLines
      loading={isPending}
      loadingText={t("loading")}
      header={
        <Header
          variant="h2"
          counter={isPending ? "" : `(${String(deliveries.length)})`}
          description={t("deliveriesHelp")}
        >
          {t("deliveries")}
        </Header>
      }
      ariaLabels={{ tableLabel: t("deliveries") }}
      empty={
        <Box textAlign="center" color="text-body-secondary">
          {t("deliveriesNone")}
        </Box>
      }
      columnDefinitions={[
        {
          id: "when",
          header: t("when"),
          minWidth: 150,
          cell: ({ CreateDate }) => formats.date(CreateDate),
        },
        {
          id: "topic",
          header: t("topic"),
          isRowHeader: true,
          minWidth: 140,
          cell: ({ TopicName }) => <bdi>{TopicName}</bdi>,
        },
        {
          id: "kind",
          header: t("about"),
          minWidth: 110,
          cell: ({ Kind }) => {
            const kind = kindOf(Kind);
            return kind === null ? <bdi>{Kind}</bdi> : t(`kind_${kind}`);
          },
        },
        {
          id: "outcome",
          header: t("outcome"),
          minWidth: 240,
          cell: (delivery) => <Outcome delivery={delivery} />,
        },
        { id: "tries", header: t("tries"), minWidth: 80, cell: ({ Tries = 0 }) => formats.number(Tries) },
      ]}
    />
  );
}
