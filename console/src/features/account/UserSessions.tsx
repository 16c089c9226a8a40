/** Where a user is signed in, and the end of that; and the end of factors that the user has lost. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useCall, useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { browserOf } from "./agent";
import { DeleteThing } from "./DeleteThing";
import { useText } from "./text";

function End({ item }: { readonly item: Own.ConsoleSessionSummary }) {
  const t = useText();
  const end = useChange("vedette", "EndConsoleSession");
  return (
    <Button
      variant="inline-link"
      loading={end.isPending}
      onClick={() => end.mutate({ SessionId: item.SessionId ?? "" })}
    >
      {t("sessionEnd")}
    </Button>
  );
}

function RemoveFactors({ user }: { readonly user: string }) {
  const t = useText();
  const remove = useChange("vedette", "RemoveSecondFactors");
  const [isAsking, setIsAsking] = useState(false);
  return (
    <>
      <Button onClick={() => setIsAsking(true)}>{t("userFactorsRemove")}</Button>
      {isAsking && (
        <DeleteThing
          name={t("userFactors")}
          help={t("userFactorsHelp")}
          error={remove.error}
          isPending={remove.isPending}
          onClose={() => setIsAsking(false)}
          onDelete={() => remove.mutate({ UserName: user }, { onSuccess: () => setIsAsking(false) })}
        />
      )}
    </>
  );
}

export function UserSessions({ user, factors }: { readonly user: string; readonly factors: number }) {
  const t = useText();
  const formats = useFormats();
  const sessions = useCall("vedette", "ListConsoleSessions", { UserName: user });
  const date = (value: string | undefined) => (value === undefined ? "–" : formats.date(value));
  return (
    <SpaceBetween size="s">
      {sessions.isError && <FaultAlert error={sessions.error} onRetry={() => void sessions.refetch()} />}
      <Table
        items={sessions.data?.Sessions ?? []}
        loading={sessions.isPending}
        trackBy="SessionId"
        wrapLines
        empty={t("userSessionsNone")}
        ariaLabels={{ tableLabel: t("userSessions") }}
        header={
          <Header variant="h2" actions={factors > 0 && <RemoveFactors user={user} />}>
            {t("userSessions")}
          </Header>
        }
        columnDefinitions={[
          {
            id: "created",
            header: t("sessionStarted"),
            isRowHeader: true,
            cell: (item) => date(item.CreateDate),
          },
          { id: "used", header: t("sessionUsed"), cell: (item) => date(item.LastUsedDate) },
          { id: "address", header: t("sessionFrom"), cell: (item) => item.Address },
          {
            id: "agent",
            header: t("sessionBrowser"),
            cell: (item) => <bdi title={item.Agent}>{browserOf(item.Agent ?? "")}</bdi>,
          },
          { id: "end", header: "", cell: (item) => <End item={item} /> },
        ]}
      />
    </SpaceBetween>
  );
}
