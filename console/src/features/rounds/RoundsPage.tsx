/** The labelling rounds of a dataset, and the making of one. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall } from "../../api";
import { useFormats } from "../../i18n/context";
import { useCrumbs } from "../../ui/crumbs";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { CreateRound } from "./CreateRound";
import { useRoundsPlace } from "./place";
import { RoundSign } from "./Sign";
import { useText } from "./text";

const EVERY_MS = 5000;

export function RoundsPage() {
  const t = useText();
  const place = useRoundsPlace();
  const navigate = useNavigate();
  const formats = useFormats();
  const [isCreating, setCreating] = useState(false);
  usePage({ title: t("rounds"), crumbs: useCrumbs(place) });
  const query = useCall(
    "vedette",
    "ListRounds",
    { ProjectArn: place.arn ?? "", DatasetType: place.type },
    { isEnabled: place.arn !== undefined, everyMs: EVERY_MS },
  );
  const items = query.data?.Rounds ?? [];
  const error = place.error ?? query.error;
  const create = (
    <Button variant="primary" disabled={place.arn === undefined} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("roundsHelp")} actions={create}>
          {t("rounds")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        {error !== null && (
          <FaultAlert
            error={error}
            onRetry={place.error === null ? () => void query.refetch() : place.retry}
          />
        )}
        {place.error === null && (
          <Table
            wrapLines
            items={items}
            trackBy="RoundId"
            loading={query.isPending}
            loadingText={t("loading")}
            ariaLabels={{ tableLabel: t("rounds") }}
            empty={
              query.error === null && (
                <Box textAlign="center" padding="l">
                  <Box variant="h3">{t("roundsNone")}</Box>
                  <Box color="text-body-secondary">{t("roundsNoneHelp")}</Box>
                </Box>
              )
            }
            columnDefinitions={[
              {
                id: "name",
                header: t("name"),
                isRowHeader: true,
                cell: (round) => (
                  <RouteLink to={`${place.route}/${round.RoundId ?? ""}`}>
                    <bdi>{round.Name}</bdi>
                  </RouteLink>
                ),
              },
              {
                id: "status",
                header: t("status"),
                minWidth: 140,
                cell: (round) => <RoundSign status={round.Status} />,
              },
              {
                id: "pictures",
                header: t("pictures"),
                cell: (round) => formats.number(round.Counts?.Pictures ?? 0),
              },
              {
                id: "people",
                header: t("people"),
                cell: (round) => (round.People ?? []).map(({ UserName }) => UserName).join(", "),
              },
              {
                id: "open",
                header: t("open"),
                cell: (round) => formats.number((round.Counts?.Open ?? 0) + (round.Counts?.SentBack ?? 0)),
              },
              { id: "deadline", header: t("deadline"), cell: (round) => formats.day(round.Deadline) },
            ]}
          />
        )}
        {isCreating && place.arn !== undefined && (
          <CreateRound
            arn={place.arn}
            service={place.service}
            type={place.type}
            onClose={(id) => {
              setCreating(false);
              if (id !== undefined) void navigate(`${place.route}/${id}`);
            }}
          />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
