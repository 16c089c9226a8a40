/** The account's topics and what was told to them: what was heard, what waits and is tried again, what was given up. */
import Alert from "@cloudscape-design/components/alert";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCall, type Own } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { useUiText } from "../../ui/text";
import { DeliveryTable } from "./DeliveryTable";
import { SetUp } from "./SetUp";
import { useText } from "./text";
import { TopicTable } from "./TopicTable";

/** A try is made within a second of its time; whoever tests a topic waits for what comes of it. */
const EVERY_MS = 4_000;

interface ListedProps {
  readonly topics: readonly Own.NotificationTopic[];
  readonly deliveries: readonly Own.NotificationDelivery[];
  readonly isPending: boolean;
}

/** What was told to a topic that is no more stays in the list. */
function Listed({ topics, deliveries, isPending }: ListedProps) {
  const t = useText();
  const hasTopics = isPending || topics.length > 0;
  return (
    <SpaceBetween size="l">
      {hasTopics ? <TopicTable topics={topics} isPending={isPending} /> : <SetUp isFirst />}
      {(hasTopics || deliveries.length > 0) && (
        <DeliveryTable deliveries={deliveries} isPending={isPending} />
      )}
      {topics.length > 0 && (
        <ExpandableSection headerText={t("more")}>
          <SetUp />
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}

export function NotificationsPage() {
  const t = useText();
  const ui = useUiText();
  const query = useCall("vedette", "ListNotifications", {}, { everyMs: EVERY_MS, isAskedAnew: true });
  const { Topics = [], Deliveries = [], Problem = "" } = query.data ?? {};
  usePage({ title: ui("notifications"), crumbs: [{ text: "Vedette", to: "/" }] });
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("help")}>
          {ui("notifications")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        {Problem !== "" && (
          <Alert type="error" header={t("unreadable")}>
            <Sentence text={Problem} />
          </Alert>
        )}
        {!query.isError && Problem === "" && (
          <Listed topics={Topics} deliveries={Deliveries} isPending={query.isPending} />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
