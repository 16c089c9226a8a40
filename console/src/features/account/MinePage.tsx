/** Who is signed in, until when, and where else. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useSignedIn } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { browserOf } from "./agent";
import { Factors } from "./Factors";
import { Layout } from "./Layout";
import { useEndSession, useSessions, type OwnSession } from "./sessions";
import { useText } from "./text";

function useColumns() {
  const t = useText();
  const formats = useFormats();
  const end = useEndSession();
  return [
    {
      id: "created",
      header: t("sessionStarted"),
      isRowHeader: true,
      cell: (item: OwnSession) =>
        `${formats.date(item.created)}${item.isCurrent ? ` (${t("sessionHere")})` : ""}`,
      minWidth: 180,
    },
    {
      id: "used",
      header: t("sessionUsed"),
      cell: (item: OwnSession) => formats.date(item.used),
      minWidth: 180,
    },
    { id: "address", header: t("sessionFrom"), cell: (item: OwnSession) => item.address },
    {
      id: "agent",
      header: t("sessionBrowser"),
      cell: (item: OwnSession) => <bdi title={item.agent}>{browserOf(item.agent)}</bdi>,
    },
    {
      id: "end",
      header: t("sessionEnd"),
      minWidth: 100,
      cell: (item: OwnSession) =>
        item.isCurrent ? (
          "–"
        ) : (
          <Button
            variant="inline-link"
            onClick={() => end.mutate(item.id)}
            ariaLabel={`${t("sessionEnd")}: ${formats.date(item.created)}`}
          >
            {t("sessionEnd")}
          </Button>
        ),
    },
  ];
}

function Sessions() {
  const t = useText();
  const sessions = useSessions();
  return (
    <SpaceBetween size="s">
      {sessions.isError && <FaultAlert error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <Table
        items={sessions.data ?? []}
        loading={sessions.isPending}
        trackBy="id"
        wrapLines
        columnDefinitions={useColumns()}
        ariaLabels={{ tableLabel: t("sessions") }}
        header={
          <Header variant="h2" description={t("sessionsHelp")}>
            {t("sessions")}
          </Header>
        }
      />
    </SpaceBetween>
  );
}

export function MinePage() {
  const t = useText();
  const formats = useFormats();
  const session = useSignedIn();
  return (
    <Layout page="mine">
      <SpaceBetween size="l">
        <Container>
          <KeyValuePairs
            columns={2}
            items={[
              { label: t("person"), value: <bdi>{session.name}</bdi> },
              { label: t("account"), value: session.account },
              { label: t("arn"), value: <bdi>{session.arn}</bdi> },
              { label: t("expires"), value: formats.date(session.expires) },
            ]}
          />
        </Container>
        {!session.arn.includes(":assumed-role/") && <Factors />}
        <Sessions />
      </SpaceBetween>
    </Layout>
  );
}
