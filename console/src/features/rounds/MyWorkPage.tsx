/** What is open for whoever is signed in: the rounds that somebody assigned to them. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { useText } from "./text";

const EVERY_MS = 10_000;

function progressOf(round: Own.MyRound): { readonly done: number; readonly all: number } {
  const done = (round.Answered ?? 0) + (round.Accepted ?? 0);
  return { done, all: done + (round.Open ?? 0) + (round.SentBack ?? 0) };
}

export function MyWorkPage() {
  const t = useText();
  const navigate = useNavigate();
  const query = useCall("vedette", "ListMyRounds", {}, { everyMs: EVERY_MS });
  usePage({ title: t("myWork") });
  const items = query.data?.Rounds ?? [];
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("myWorkHelp")}>
          {t("myWork")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        <Cards
          items={items}
          loading={query.isPending}
          loadingText={t("loading")}
          ariaLabels={{ itemSelectionLabel: () => "", selectionGroupLabel: "" }}
          empty={
            // Who may not list them is told so above, and not that there are none.
            query.error === null && (
              <Box textAlign="center" padding="l">
                <Box variant="h3">{t("myWorkNone")}</Box>
                <Box color="text-body-secondary">{t("myWorkNoneHelp")}</Box>
              </Box>
            )
          }
          cardDefinition={{
            header: (round) => (
              <Header
                variant="h2"
                actions={
                  <Button
                    variant="primary"
                    disabled={round.Status !== "open" && round.Status !== "review"}
                    onClick={() => void navigate(`/my-work/${round.RoundId ?? ""}/label`)}
                  >
                    {t("startLabelling")}
                  </Button>
                }
              >
                <bdi>{round.Name}</bdi>
              </Header>
            ),
            sections: [
              { id: "project", header: t("project"), content: (round) => <bdi>{round.ProjectName}</bdi> },
              {
                id: "deadline",
                header: t("deadline"),
                content: (round) => <Deadline round={round} />,
              },
              {
                id: "progress",
                content: (round) => {
                  const { done, all } = progressOf(round);
                  return (
                    <ProgressBar
                      value={all === 0 ? 100 : (100 * done) / all}
                      label={t("progress")}
                      additionalInfo={t("progressOf", { done, all })}
                    />
                  );
                },
              },
              {
                id: "back",
                content: (round) =>
                  (round.SentBack ?? 0) > 0 ? (
                    <StatusIndicator type="warning">
                      {t("sentBackCount", { count: round.SentBack ?? 0 })}
                    </StatusIndicator>
                  ) : null,
              },
            ],
          }}
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** The deadline, and a word from a day before it on. */
function Deadline({ round }: { readonly round: Own.MyRound }) {
  const t = useText();
  const formats = useFormats();
  const [now] = useState(() => Date.now());
  if (round.Deadline === undefined) return "–";
  const left = Date.parse(round.Deadline) - now;
  const isDone = (round.Open ?? 0) + (round.SentBack ?? 0) === 0;
  if (isDone || left > DAY_MS) return formats.date(round.Deadline);
  const word = left > 0 ? t("dueSoon") : round.Late === "refuse" ? t("dueOver") : t("dueLate");
  return (
    <StatusIndicator type={left > 0 ? "pending" : "warning"}>
      {formats.date(round.Deadline)} · {word}
    </StatusIndicator>
  );
}
