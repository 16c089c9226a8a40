/** The access keys of a user. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { DeleteThing } from "./DeleteThing";
import { NewKey } from "./NewKey";
import { useText } from "./text";

type Key = Own.AccessKeySummary;

function KeyActions({ user, item }: { readonly user: string; readonly item: Key }) {
  const t = useText();
  const update = useChange("vedette", "UpdateAccessKey");
  const remove = useChange("vedette", "DeleteAccessKey");
  const [isAsking, setIsAsking] = useState(false);
  const id = { UserName: user, AccessKeyId: item.AccessKeyId ?? "" };
  const isOn = item.Enabled ?? false;
  return (
    <SpaceBetween direction="horizontal" size="s">
      <Button
        variant="inline-link"
        loading={update.isPending}
        onClick={() => update.mutate({ ...id, Enabled: !isOn })}
      >
        {isOn ? t("keyDisable") : t("keyEnable")}
      </Button>
      <Button variant="inline-link" onClick={() => setIsAsking(true)}>
        {t("keyDelete")}
      </Button>
      {isAsking && (
        <DeleteThing
          name={id.AccessKeyId}
          error={remove.error}
          isPending={remove.isPending}
          onClose={() => setIsAsking(false)}
          onDelete={() => remove.mutate(id)}
        />
      )}
    </SpaceBetween>
  );
}

export function Keys({ user, keys }: { readonly user: string; readonly keys: readonly Key[] }) {
  const t = useText();
  const formats = useFormats();
  const create = useChange("vedette", "CreateAccessKey");
  return (
    <SpaceBetween size="s">
      {create.isError && <FaultAlert error={create.error} />}
      <Table
        items={keys}
        trackBy="AccessKeyId"
        empty={t("keyNone")}
        ariaLabels={{ tableLabel: t("keys") }}
        header={
          <Header
            variant="h2"
            description={t("keysHelp")}
            actions={
              <Button loading={create.isPending} onClick={() => create.mutate({ UserName: user })}>
                {t("keyCreate")}
              </Button>
            }
          >
            {t("keys")}
          </Header>
        }
        columnDefinitions={[
          { id: "key", header: t("keyId"), isRowHeader: true, cell: (item) => item.AccessKeyId },
          {
            id: "state",
            header: t("keyState"),
            cell: (item) => (
              <StatusIndicator type={item.Enabled === true ? "success" : "stopped"}>
                {item.Enabled === true ? t("keyOn") : t("keyOff")}
              </StatusIndicator>
            ),
          },
          { id: "created", header: t("created"), cell: (item) => formats.date(item.CreateDate) },
          { id: "do", header: "", cell: (item) => <KeyActions user={user} item={item} /> },
        ]}
      />
      {create.data && (
        <NewKey
          user={user}
          keyId={create.data.AccessKeyId ?? ""}
          secret={create.data.SecretAccessKey ?? ""}
          onClose={() => create.reset()}
        />
      )}
    </SpaceBetween>
  );
}
