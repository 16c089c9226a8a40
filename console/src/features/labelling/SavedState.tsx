/** Whether the server has everything, in a word; and what to do where it does not. */

import Button from "@cloudscape-design/components/button";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { asFault } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { RejectedDialog } from "./RejectedDialog";
import type { Outbox, SavingState } from "./saving/outbox";
import { useText } from "./text";

const TYPES = {
  saved: "success",
  saving: "in-progress",
  waiting: "warning",
  refused: "error",
} as const satisfies Record<SavingState, string>;

/** So many of the pictures that wait are named. */
const MOST_NAMES = 8;

export function SavedState({ outbox }: { readonly outbox: Outbox }) {
  const t = useText();
  const { state, count, conflicts, rejected } = outbox;
  const [isListed, setListed] = useState(false);
  if (conflicts.length > 0) {
    return (
      <span data-testid="saved" data-state="conflict" role="status">
        <StatusIndicator type="warning">{t("saving_conflict", { count: conflicts.length })}</StatusIndicator>
      </span>
    );
  }
  if (rejected.length > 0) {
    return (
      <>
        <span data-testid="saved" data-state="refused" role="status">
          <StatusIndicator type="error">{t("saving_refused", { count: rejected.length })}</StatusIndicator>
        </span>
        <Button variant="inline-link" onClick={() => setListed(true)}>
          {t("rejectedShow")}
        </Button>
        {isListed && <RejectedDialog outbox={outbox} onClose={() => setListed(false)} />}
      </>
    );
  }
  const words = <StatusIndicator type={TYPES[state]}>{t(`saving_${state}`, { count })}</StatusIndicator>;
  return (
    <span data-testid="saved" data-state={state} role="status">
      {state === "saved" || state === "saving" ? (
        words
      ) : (
        <Popover
          dismissButton={false}
          position="bottom"
          size="large"
          triggerType="text"
          content={
            <SpaceBetween size="s">
              <Reason outbox={outbox} />
              <ul className="vedette-labelling-queue">
                {outbox.waiting.slice(0, MOST_NAMES).map((source) => (
                  <li key={source}>
                    <bdi>{source.split("/").at(-1)}</bdi>
                  </li>
                ))}
                {count > MOST_NAMES && <li>…</li>}
              </ul>
              <Button onClick={() => void outbox.flush()}>{t("saveNow")}</Button>
            </SpaceBetween>
          }
        >
          {words}
        </Popover>
      )}
    </span>
  );
}

/** What keeps the server from taking it: its own words where it gave any. */
function Reason({ outbox }: { readonly outbox: Outbox }) {
  const t = useText();
  const error = outbox.trouble;
  return error === undefined || asFault(error).isOffline ? (
    <span>{t(outbox.isVolatile ? "waitingUnkept" : "waitingHelp")}</span>
  ) : (
    <FaultAlert error={error} />
  );
}
