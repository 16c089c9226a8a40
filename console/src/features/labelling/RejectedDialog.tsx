/** What the server did not take: which picture, why, what to do; nothing of it goes without a person's word. */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Fault } from "../../api";
import { FaultAlert } from "../../ui/faults";
import type { Outbox, PendingEdit, Rejection } from "./saving/outbox";
import { useText } from "./text";

/** So many are listed one by one; the file holds all. */
const MOST = 50;

type Advice = "rejectedGone" | "rejectedDenied" | "rejectedChange";

function adviceOf({ status }: Rejection): Advice {
  return status === 404 ? "rejectedGone" : status === 403 ? "rejectedDenied" : "rejectedChange";
}

/** Hand the lines out as a file, so that work is not lost with the right to send it. */
function download(edits: readonly PendingEdit[]): void {
  const lines = edits.map(({ line }) => `${line}\n`);
  const address = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = "not-accepted.manifest";
  link.click();
  URL.revokeObjectURL(address);
}

interface RejectedProps {
  readonly outbox: Outbox;
}

export function RejectedDialog({ outbox, onClose }: RejectedProps & { readonly onClose: () => void }) {
  const t = useText();
  return (
    <Modal
      visible
      size="large"
      header={t("rejectedTitle")}
      closeAriaLabel={t("close")}
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            {t("close")}
          </Button>
        </Box>
      }
    >
      <RejectedList outbox={outbox} />
    </Modal>
  );
}

export function RejectedList({ outbox }: RejectedProps) {
  const t = useText();
  const { rejected } = outbox;
  return (
    <SpaceBetween size="m">
      <Box>{t("rejectedHelp")}</Box>
      <SpaceBetween size="xs" direction="horizontal">
        <Button onClick={() => download(rejected)}>{t("rejectedFile")}</Button>
        <Button
          onClick={() => {
            for (const { source } of rejected) outbox.retry(source);
          }}
        >
          {t("rejectedRetryAll")}
        </Button>
      </SpaceBetween>
      <ul className="vedette-labelling-rejected" aria-label={t("rejectedTitle")}>
        {rejected.slice(0, MOST).map((edit) => (
          <li key={edit.source}>
            <RejectedItem outbox={outbox} edit={edit} />
          </li>
        ))}
      </ul>
      {rejected.length > MOST && (
        <Alert type="info">{t("rejectedMore", { count: rejected.length - MOST })}</Alert>
      )}
    </SpaceBetween>
  );
}

function RejectedItem({ outbox, edit }: RejectedProps & { readonly edit: PendingEdit }) {
  const t = useText();
  const { source, rejection } = edit;
  if (rejection === undefined) return null;
  const { status, code, message, requestId } = rejection;
  const name = source.split("/").at(-1) ?? "";
  return (
    <SpaceBetween size="xs">
      <Box variant="h4">
        <bdi>{name}</bdi>
      </Box>
      <FaultAlert error={new Fault(status, code, message, requestId)} />
      <Box color="text-body-secondary">{t(adviceOf(rejection))}</Box>
      <SpaceBetween size="xs" direction="horizontal">
        <Button ariaLabel={`${t("rejectedRetry")}: ${name}`} onClick={() => outbox.retry(source)}>
          {t("rejectedRetry")}
        </Button>
        <Button ariaLabel={t("rejectedDiscardOf", { name })} onClick={() => outbox.discard(source)}>
          {t("rejectedDiscard")}
        </Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}
