/** Two people labelled one picture: both versions, and who decides is the person in front of the screen. */

import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Modal from "@cloudscape-design/components/modal";
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState, type ReactNode } from "react";
import { Line } from "../../manifest/lines";
import { boxesOf, classOf, labelsOf, maskOf } from "../../manifest/relabel";
import type { Conflict } from "./saving/outbox";
import { useText } from "./text";
import { VersionPicture } from "./VersionPicture";
import type { Workplace } from "./workplace";

interface ConflictDialogProps {
  readonly work: Workplace;
  readonly onResolved: () => void;
}

export function ConflictDialog({ work, onResolved }: ConflictDialogProps) {
  const t = useText();
  const [postponed, setPostponed] = useState<string>();
  const [conflict, ...others] = work.outbox.conflicts;
  if (conflict === undefined) {
    return null;
  }
  const resolve = (choice: "mine" | "theirs") => {
    work.outbox.resolve(conflict.mine.source, choice);
    onResolved();
  };
  // Who types fast hits a key of the dialog before it was read: closing it decides nothing.
  if (postponed === conflict.mine.source) {
    return (
      <div className="vedette-labelling-notice" role="alert">
        <Alert type="warning" action={<Button onClick={() => setPostponed(undefined)}>{t("decide")}</Button>}>
          {t("conflict")}: <bdi>{conflict.mine.source.split("/").at(-1)}</bdi>
        </Alert>
      </div>
    );
  }
  const isLookout = work.place.service === "lookoutvision";
  return (
    <Modal
      visible
      size="max"
      header={t("conflict")}
      closeAriaLabel={t("later")}
      onDismiss={() => setPostponed(conflict.mine.source)}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button onClick={() => resolve("theirs")}>
              {conflict.theirs === undefined ? t("leaveRemoved") : t("takeTheirs")}
            </Button>
            <Button variant="primary" onClick={() => resolve("mine")}>
              {t("takeMine")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box>
          <bdi>{conflict.mine.source.split("/").at(-1)}</bdi>: {t("conflictHelp")}
        </Box>
        <ColumnLayout columns={2} variant="text-grid">
          <Version title={t("mine")} line={conflict.mine.line} isLookout={isLookout}>
            <VersionPicture
              work={work}
              name={t("mine")}
              source={conflict.mine.source}
              line={conflict.mine.line}
              mask={conflict.mine.mask}
            />
          </Version>
          <Theirs work={work} conflict={conflict} isLookout={isLookout} />
        </ColumnLayout>
        {others.length > 0 && (
          <Box color="text-body-secondary">{t("moreConflicts", { count: others.length })}</Box>
        )}
      </SpaceBetween>
    </Modal>
  );
}

interface TheirsProps {
  readonly work: Workplace;
  readonly conflict: Conflict;
  readonly isLookout: boolean;
}

function Theirs({ work, conflict, isLookout }: TheirsProps) {
  const t = useText();
  return conflict.theirs === undefined ? (
    <div>
      <Box variant="h3">{t("theirs")}</Box>
      {t("removed")}
    </div>
  ) : (
    <Version title={t("theirs")} line={conflict.theirs.line} isLookout={isLookout}>
      <VersionPicture
        work={work}
        name={t("theirs")}
        source={conflict.mine.source}
        line={conflict.theirs.line}
      />
    </Version>
  );
}

interface VersionProps {
  readonly title: string;
  readonly line: string;
  readonly isLookout: boolean;
  readonly children: ReactNode;
}

function Version({ title, line, isLookout, children }: VersionProps) {
  const t = useText();
  const read = Line.read(line);
  const judged = classOf(read);
  const boxes = boxCounts(read);
  const types = [...new Set(maskOf(read)?.colors.values() ?? [])];
  return (
    <div>
      <Box variant="h3">{title}</Box>
      {children}
      <ul>
        {isLookout && (
          <li>{judged === undefined ? t("unjudged") : judged ? t("act_anomaly") : t("act_normal")}</li>
        )}
        {!isLookout &&
          labelsOf(read).map((label) => (
            <li key={label}>
              <bdi>{label}</bdi>
            </li>
          ))}
        {boxes.map(([label, count]) => (
          <li key={label}>
            <bdi>{label}</bdi>: {t("boxes", { count })}
          </li>
        ))}
        {types.map((label) => (
          <li key={label}>
            <bdi>{label}</bdi>
          </li>
        ))}
      </ul>
    </div>
  );
}

function boxCounts(line: Line): (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { label } of boxesOf(line)) {
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts];
}
