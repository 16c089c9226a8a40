/** The encryption keys of the account in a region: what they are called, and whether they can be used. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useFormats } from "../../i18n/context";
import { isOwn, titleOf, useEncryptionKeys, type EncryptionKeyRow } from "../../ui/encryptionKeys";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { useUiText } from "../../ui/text";
import { CreateKey } from "./CreateKey";
import { routeOfKey, SIGNS, stateOf } from "./keys";
import { useText } from "./text";

function None() {
  const t = useText();
  return (
    <Box textAlign="center" padding="l">
      <Box variant="h3">{t("none")}</Box>
      <Box color="text-body-secondary">{t("noneHelp")}</Box>
    </Box>
  );
}

export function StateSign({ state, ends }: { readonly state: string | undefined; readonly ends?: string }) {
  const t = useText();
  const formats = useFormats();
  const known = stateOf(state);
  return (
    <StatusIndicator type={SIGNS[known]} wrapText>
      {known === "PendingDeletion"
        ? t("stateEnding", { moment: formats.day(ends) })
        : t(known === "Enabled" ? "stateOn" : "stateOff")}
    </StatusIndicator>
  );
}

function Name({ row }: { readonly row: EncryptionKeyRow }) {
  const description = row.facts?.Description ?? "";
  return (
    <SpaceBetween size="xxs">
      <RouteLink to={routeOfKey(row.id)}>
        <bdi>{titleOf(row)}</bdi>
      </RouteLink>
      {description !== "" && (
        <Box variant="small" color="text-body-secondary">
          <bdi>{description}</bdi>
        </Box>
      )}
    </SpaceBetween>
  );
}

function KeyTable({ rows, isPending }: { readonly rows: readonly EncryptionKeyRow[]; isPending: boolean }) {
  const t = useText();
  const ui = useUiText();
  const formats = useFormats();
  return (
    <Table
      items={rows}
      trackBy="id"
      wrapLines
      loading={isPending}
      loadingText={ui("loading")}
      ariaLabels={{ tableLabel: ui("keys") }}
      empty={<None />}
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          minWidth: 220,
          isRowHeader: true,
          cell: (row) => <Name row={row} />,
        },
        {
          id: "state",
          header: t("state"),
          minWidth: 140,
          cell: ({ facts }) =>
            facts === null ? (
              <StatusIndicator type="info">{t("hidden")}</StatusIndicator>
            ) : (
              <StateSign state={facts.KeyState} ends={facts.DeletionDate ?? ""} />
            ),
        },
        {
          id: "kind",
          header: t("kind"),
          cell: (row) => (row.facts === null ? "–" : t(isOwn(row) ? "kindOwn" : "kindService")),
        },
        { id: "id", header: t("keyId"), minWidth: 160, cell: ({ id }) => <bdi>{id}</bdi> },
        { id: "created", header: t("created"), cell: ({ facts }) => formats.date(facts?.CreationDate) },
      ]}
    />
  );
}

export function KeysPage() {
  const t = useText();
  const ui = useUiText();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const query = useEncryptionKeys();
  const rows = query.data?.pages.flatMap((page) => page.keys) ?? [];
  usePage({ title: ui("keys"), crumbs: [{ text: "Vedette", to: "/" }] });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={t("help")}
          counter={query.data === undefined ? "" : `(${String(rows.length)}${query.hasNextPage ? "+" : ""})`}
          actions={
            <Button variant="primary" onClick={() => setCreating(true)}>
              {t("create")}
            </Button>
          }
        >
          {ui("keys")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        {!query.isError && <KeyTable rows={rows} isPending={query.isPending} />}
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("more")}
          </Button>
        )}
        <Box color="text-body-secondary">{t("howTo")}</Box>
        {isCreating && (
          <CreateKey
            onClose={(id) => {
              setCreating(false);
              if (id !== null) void navigate(routeOfKey(id));
            }}
          />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
