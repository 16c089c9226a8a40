/** One key: what it is, what it is called, what it encrypts, how it rotates, and how it ends. */
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { call, useCall, useChange, type Kms } from "../../api";
import { useFormats } from "../../i18n/context";
import { useNames } from "../../ui/address";
import { aliasName } from "../../ui/keyNames";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import type { TagPlace } from "../../ui/tagChange";
import { TagPanel } from "../../ui/tags";
import { useUiText } from "../../ui/text";
import { Aliases } from "./Aliases";
import { DescribeKey } from "./DescribeKey";
import { EndKey } from "./EndKey";
import { STALE } from "./keys";
import { StateSign } from "./KeysPage";
import { Rotation } from "./Rotation";
import { useText } from "./text";
import { Uses } from "./Uses";

const A_LOT = 1000;

function tagsOfKey(KeyId: string): TagPlace {
  return {
    arn: KeyId,
    read: async () => {
      const { Tags = [] } = await call("kms", "ListResourceTags", { KeyId });
      return Tags.map(({ TagKey: key, TagValue: value }) => ({ key, value }));
    },
    write: async ({ set, removed: TagKeys }) => {
      if (TagKeys.length > 0) await call("kms", "UntagResource", { KeyId, TagKeys });
      const Tags = set.map(({ key: TagKey, value: TagValue }) => ({ TagKey, TagValue }));
      if (Tags.length > 0) await call("kms", "TagResource", { KeyId, Tags });
    },
  };
}

/** What a person may do with a key of the account's own, as its state lets them. */
function Actions({ facts, onEnd }: { readonly facts: Kms.KeyMetadata; readonly onEnd: () => void }) {
  const t = useText();
  const on = useChange("kms", "EnableKey", STALE);
  const off = useChange("kms", "DisableKey", STALE);
  const keep = useChange("kms", "CancelKeyDeletion", STALE);
  const { KeyId } = facts;
  const error = on.error ?? off.error ?? keep.error;
  const isEnding = facts.KeyState === "PendingDeletion";
  return (
    <SpaceBetween size="s">
      <SpaceBetween direction="horizontal" size="xs">
        {isEnding && (
          <Button loading={keep.isPending} onClick={() => keep.mutate({ KeyId })}>
            {t("keep")}
          </Button>
        )}
        {facts.KeyState === "Enabled" && (
          <Button loading={off.isPending} onClick={() => off.mutate({ KeyId })}>
            {t("disable")}
          </Button>
        )}
        {facts.KeyState === "Disabled" && (
          <Button loading={on.isPending} onClick={() => on.mutate({ KeyId })}>
            {t("enable")}
          </Button>
        )}
        {!isEnding && <Button onClick={onEnd}>{t("end")}</Button>}
      </SpaceBetween>
      {error !== null && <FaultAlert error={error} />}
    </SpaceBetween>
  );
}

function Facts({ facts, isOwn }: { readonly facts: Kms.KeyMetadata; readonly isOwn: boolean }) {
  const t = useText();
  const formats = useFormats();
  return (
    <Container header={<Header variant="h2">{t("facts")}</Header>}>
      <SpaceBetween size="m">
        <DescribeKey facts={facts} isOwn={isOwn} />
        <KeyValuePairs
          columns={3}
          items={[
            {
              label: t("state"),
              value: <StateSign state={facts.KeyState} ends={facts.DeletionDate ?? ""} />,
            },
            { label: t("kind"), value: t(isOwn ? "kindOwn" : "kindService") },
            { label: t("created"), value: formats.date(facts.CreationDate) },
            { label: "ARN", value: <bdi>{facts.Arn}</bdi> },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

export function KeyPage() {
  const t = useText();
  const ui = useUiText();
  const { key = "" } = useNames();
  const query = useCall("kms", "DescribeKey", { KeyId: key }, { isAskedAnew: true });
  const aliases = useCall("kms", "ListAliases", { KeyId: key, Limit: A_LOT }, { isAskedAnew: true });
  const [isEnding, setEnding] = useState(false);
  const names = (aliases.data?.Aliases ?? []).map(({ AliasName }) => aliasName(AliasName));
  const title = names[0] ?? key;
  usePage({
    title,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: ui("keys"), to: "/keys" },
    ],
  });
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  const facts = query.data?.KeyMetadata;
  if (facts === undefined) return <Spinner size="large" />;
  const isOwn = facts.KeyManager !== "AWS";
  return (
    <SpaceBetween size="l">
      <Header
        variant="h1"
        actions={isOwn && <Actions facts={facts} onEnd={() => setEnding(true)} />}
        description={t(isOwn ? "help" : "serviceHelp")}
      >
        <bdi>{title}</bdi>
      </Header>
      <Facts facts={facts} isOwn={isOwn} />
      <Aliases id={facts.KeyId} names={names} error={aliases.error} isOwn={isOwn} />
      <Uses id={facts.KeyId} />
      {facts.KeyState !== "PendingDeletion" && <Rotation facts={facts} isOwn={isOwn} />}
      {isOwn && <TagPanel place={tagsOfKey(facts.KeyId)} help={t("tagsHelp")} />}
      {isEnding && <EndKey id={facts.KeyId} title={title} onClose={() => setEnding(false)} />}
    </SpaceBetween>
  );
}
