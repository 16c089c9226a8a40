/** One round as who leads it sees it: progress and people, review, agreement, and the hand-back. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Tabs from "@cloudscape-design/components/tabs";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useCall, useChange } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { useCrumbs } from "../../ui/crumbs";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { AgreementTab } from "./AgreementTab";
import { HandBackTab } from "./HandBackTab";
import { PeopleField } from "./PeopleField";
import { PeopleTable } from "./PeopleTable";
import { useRoundsPlace, type RoundProps, type RoundsPlace } from "./place";
import { ReviewTab } from "./ReviewTab";
import { RoundSign } from "./Sign";
import { Terms } from "./Terms";
import { useText } from "./text";
import { useNames } from "../../ui/address";

const EVERY_MS = 3000;

export function RoundPage() {
  const t = useText();
  const place = useRoundsPlace();
  const id = useNames().round ?? "";
  const query = useCall(
    "vedette",
    "DescribeRound",
    { ProjectArn: place.arn ?? "", RoundId: id },
    { isEnabled: place.arn !== undefined, everyMs: EVERY_MS },
  );
  const round = query.data?.Round;
  usePage({
    title: round?.Name ?? t("rounds"),
    crumbs: [...useCrumbs(place), { text: t("rounds"), to: place.route }],
  });
  const error = place.error ?? query.error;
  if (error !== null) return <FaultAlert error={error} onRetry={() => void query.refetch()} />;
  if (round === undefined || place.arn === undefined) {
    return (
      <Box textAlign="center" padding="xxl">
        <Spinner size="large" />
      </Box>
    );
  }
  return <Shown arn={place.arn} round={round} place={place} />;
}

function Shown({ arn, round, place }: RoundProps & { readonly place: RoundsPlace }) {
  const t = useText();
  const [search, setSearch] = useSearchParams();
  return (
    <ContentLayout
      header={
        <Header variant="h1" info={<RoundSign status={round.Status} />}>
          <bdi>{round.Name}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="m">
        {round.Message !== undefined && round.Message !== "" && (
          <Alert type="error">
            <Sentence text={round.Message} />
          </Alert>
        )}
        <Tabs
          activeTabId={search.get("tab") ?? "overview"}
          onChange={({ detail }) => setSearch({ tab: detail.activeTabId }, { replace: true })}
          tabs={[
            { id: "overview", label: t("overview"), content: <Overview arn={arn} round={round} /> },
            { id: "review", label: t("review"), content: <ReviewTab arn={arn} round={round} /> },
            { id: "agreement", label: t("agreement"), content: <AgreementTab arn={arn} round={round} /> },
            {
              id: "hand-back",
              label: t("handBack"),
              content: <HandBackTab arn={arn} round={round} datasetRoute={place.datasetRoute} />,
            },
          ]}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Overview({ arn, round }: RoundProps) {
  const t = useText();
  const formats = useFormats();
  const { Counts: counts = {} } = round;
  const items = [
    { label: t("pictures"), value: counts.Pictures },
    { label: t("doubled"), value: counts.Doubled },
    { label: t("open"), value: counts.Open },
    { label: t("sentBack"), value: counts.SentBack },
    { label: t("answered"), value: counts.Answered },
    { label: t("accepted"), value: counts.Accepted },
    { label: t("handedBack"), value: counts.HandedBack },
    { label: t("conflicts"), value: counts.Conflicts },
  ];
  return (
    <SpaceBetween size="m">
      <Container header={<Header variant="h2">{t("progress")}</Header>}>
        <KeyValuePairs
          columns={4}
          items={items.map(({ label, value }) => ({ label, value: formats.number(value ?? 0) }))}
        />
      </Container>
      <People arn={arn} round={round} />
      <PeopleTable arn={arn} round={round} />
      <Terms arn={arn} round={round} />
    </SpaceBetween>
  );
}

function People({ arn, round }: RoundProps) {
  const t = useText();
  const assign = useChange("vedette", "AssignRound");
  const cancel = useChange("vedette", "CancelRound");
  const end = useChange("vedette", "EndRound");
  const now = (round.People ?? []).map(({ UserName = "" }) => UserName);
  const [chosen, setChosen] = useState<readonly string[]>();
  const people = chosen ?? now;
  const id = round.RoundId ?? "";
  const isUnderWay = round.Status === "draft" || round.Status === "open" || round.Status === "review";
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={
            isUnderWay && (
              <SpaceBetween size="xs" direction="horizontal">
                <Button
                  loading={cancel.isPending}
                  onClick={() => cancel.mutate({ ProjectArn: arn, RoundId: id })}
                >
                  {t("cancelRound")}
                </Button>
                {round.Status === "open" && (
                  <Button
                    loading={end.isPending}
                    onClick={() => end.mutate({ ProjectArn: arn, RoundId: id })}
                  >
                    {t("endRound")}
                  </Button>
                )}
                <Button
                  variant="primary"
                  disabled={people.length === 0}
                  loading={assign.isPending}
                  onClick={() =>
                    assign.mutate(
                      { ProjectArn: arn, RoundId: id, UserNames: people },
                      { onSuccess: () => setChosen(undefined) },
                    )
                  }
                >
                  {t("assign")}
                </Button>
              </SpaceBetween>
            )
          }
        >
          {t("people")}
        </Header>
      }
    >
      <SpaceBetween size="s">
        {assign.error !== null && <FaultAlert error={assign.error} />}
        {cancel.error !== null && <FaultAlert error={cancel.error} />}
        {end.error !== null && <FaultAlert error={end.error} />}
        {isUnderWay ? (
          <PeopleField arn={arn} people={people} onChange={setChosen} />
        ) : (
          <span>{now.join(", ")}</span>
        )}
      </SpaceBetween>
    </Container>
  );
}
