/** The snapshots of a dataset: made, compared, restored, deleted. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall, useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { HistoryFrame } from "./Frame";
import { nameOf } from "./names";
import { useHistoryPlace, type HistoryPlace } from "./place";
import { useText } from "./text";

const EVERY_MS = 5000;
const LONGEST = 100;

export function SnapshotsPage() {
  const t = useText();
  const place = useHistoryPlace();
  const navigate = useNavigate();
  const [isCreating, setCreating] = useState(false);
  const actions = (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => void navigate(`${place.datasetRoute}/history`)}>{t("history")}</Button>
      <Button variant="primary" disabled={place.arn === undefined} onClick={() => setCreating(true)}>
        {t("createSnapshot")}
      </Button>
    </SpaceBetween>
  );
  return (
    <HistoryFrame place={place} title={t("snapshots")} help={t("snapshotsHelp")} actions={actions}>
      {(arn) => (
        <>
          <Snapshots arn={arn} place={place} />
          {isCreating && <CreateSnapshot arn={arn} type={place.type} onClose={() => setCreating(false)} />}
        </>
      )}
    </HistoryFrame>
  );
}

function Snapshots({ arn, place }: { readonly arn: string; readonly place: HistoryPlace }) {
  const t = useText();
  const formats = useFormats();
  const [deleted, setDeleted] = useState<Own.DatasetSnapshot>();
  const query = useCall(
    "vedette",
    "ListSnapshots",
    { ProjectArn: arn, DatasetType: place.type },
    { everyMs: EVERY_MS },
  );
  const running = query.data?.Restoration?.Status === "running" ? query.data.Restoration : undefined;
  return (
    <SpaceBetween size="m">
      {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      {running !== undefined && (
        <Alert type="info">
          {t("restoring", {
            done: formats.number(running.Done ?? 0),
            total: formats.number(running.Total ?? 0),
          })}
        </Alert>
      )}
      <Table
        wrapLines
        items={query.data?.Snapshots ?? []}
        trackBy="SnapshotId"
        loading={query.isPending}
        loadingText={t("loading")}
        ariaLabels={{ tableLabel: t("snapshots") }}
        empty={
          query.error === null && (
            <Box textAlign="center" padding="l">
              <Box variant="h3">{t("snapshotsNone")}</Box>
              <Box color="text-body-secondary">{t("snapshotsNoneHelp")}</Box>
            </Box>
          )
        }
        columnDefinitions={[
          {
            id: "name",
            header: t("name"),
            isRowHeader: true,
            cell: (one) => (
              <SpaceBetween size="xxs">
                <RouteLink to={`${place.datasetRoute}/snapshots/${one.SnapshotId ?? ""}`}>
                  <bdi>{nameOf(t, one)}</bdi>
                </RouteLink>
                {one.Description !== undefined && one.Description !== "" && (
                  <Box color="text-body-secondary" fontSize="body-s">
                    <bdi>{one.Description}</bdi>
                  </Box>
                )}
              </SpaceBetween>
            ),
          },
          { id: "when", header: t("when"), cell: (one) => formats.date(one.CreationDate) },
          { id: "who", header: t("who"), cell: (one) => <bdi>{one.Person?.Name ?? t("nobody")}</bdi> },
          {
            id: "why",
            header: t("why"),
            cell: (one) => (one.Reason === undefined ? t("reason_person") : t(`reason_${one.Reason}`)),
          },
          { id: "pictures", header: t("pictures"), cell: (one) => formats.number(one.Total ?? 0) },
          { id: "labelled", header: t("labelled"), cell: (one) => formats.number(one.Labeled ?? 0) },
          {
            id: "actions",
            header: t("actions"),
            cell: (one) => (
              <Button
                variant="inline-link"
                ariaLabel={t("deleteOf", { name: nameOf(t, one) })}
                onClick={() => setDeleted(one)}
              >
                {t("delete")}
              </Button>
            ),
          },
        ]}
      />
      {deleted !== undefined && (
        <DeleteSnapshot
          arn={arn}
          type={place.type}
          snapshot={deleted}
          onClose={() => setDeleted(undefined)}
        />
      )}
    </SpaceBetween>
  );
}

interface DialogProps {
  readonly arn: string;
  readonly type: "train" | "test";
  readonly onClose: () => void;
}

function CreateSnapshot({ arn, type, onClose }: DialogProps) {
  const t = useText();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useChange("vedette", "CreateSnapshot");
  const send = () => {
    create.mutate(
      { ProjectArn: arn, DatasetType: type, Name: name.trim(), Description: description.trim() },
      { onSuccess: onClose },
    );
  };
  return (
    <Modal
      visible
      header={t("createSnapshot")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button
              variant="primary"
              loading={create.isPending}
              disabled={name.trim() === "" || name.trim().length > LONGEST}
              onClick={send}
            >
              {t("create")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <FormField label={t("name")} description={t("nameHelp")}>
          <Input
            autoFocus
            value={name}
            onChange={({ detail }) => setName(detail.value)}
            onKeyDown={({ detail }) => {
              if (detail.key === "Enter" && name.trim() !== "") send();
            }}
          />
        </FormField>
        <FormField label={t("description")}>
          <Input value={description} onChange={({ detail }) => setDescription(detail.value)} />
        </FormField>
        {create.error !== null && <FaultAlert error={create.error} />}
      </SpaceBetween>
    </Modal>
  );
}

interface DeleteProps extends DialogProps {
  readonly snapshot: Own.DatasetSnapshot;
}

function DeleteSnapshot({ arn, type, snapshot, onClose }: DeleteProps) {
  const t = useText();
  const remove = useChange("vedette", "DeleteSnapshot");
  const send = () => {
    remove.mutate(
      { ProjectArn: arn, DatasetType: type, SnapshotId: snapshot.SnapshotId ?? "" },
      { onSuccess: onClose },
    );
  };
  return (
    <Confirm
      title={t("deleteSnapshot")}
      action={t("delete")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={send}
    >
      {t("deleteHelp", { name: nameOf(t, snapshot) })}
    </Confirm>
  );
}
