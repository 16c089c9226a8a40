/** Who labelled one picture, when, and as what: a button that opens its past. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Popover from "@cloudscape-design/components/popover";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect } from "react";
import { useCall, type Own } from "../api";
import { useFormats } from "../i18n/context";
import { FaultAlert } from "./faults";
import { useUiText } from "./text";

interface EntryHistoryProps {
  readonly arn: string;
  readonly type: "train" | "test";
  /** The picture's address. */
  readonly source: string;
}

export function EntryHistory(props: EntryHistoryProps) {
  const t = useUiText();
  return (
    <Popover
      triggerType="custom"
      position="bottom"
      size="large"
      header={t("entryHistory")}
      content={<EntryEvents {...props} most={SHOWN} />}
    >
      <Button iconName="history" ariaLabel={t("entryHistory")} />
    </Popover>
  );
}

const SHOWN = 12;

interface EntryEventsProps extends EntryHistoryProps {
  readonly most: number;
  /** The entry's revision where the page knows it: another one has a past that is longer. */
  readonly revision?: string | undefined;
}

/** The last changes of one picture. */
export function EntryEvents({ arn, type, source, most, revision }: EntryEventsProps) {
  const t = useUiText();
  const query = useCall("vedette", "ListEntryEvents", {
    ProjectArn: arn,
    DatasetType: type,
    SourceRef: source,
  });
  const { refetch } = query;
  useEffect(() => void refetch(), [refetch, revision]);
  if (query.error !== null) return <FaultAlert error={query.error} />;
  const events = query.data?.Events;
  if (events === undefined) return <Box>{t("busy")}</Box>;
  if (events.length === 0) return <Box color="text-body-secondary">{t("entryHistoryNone")}</Box>;
  return (
    <SpaceBetween size="xs">
      {events.slice(0, most).map((event) => (
        <EventLine key={`${String(event.Number)}-${event.DatasetType ?? ""}`} event={event} />
      ))}
    </SpaceBetween>
  );
}

function EventLine({ event }: { readonly event: Own.EntryEvent }) {
  const t = useUiText();
  const formats = useFormats();
  const names = (labels: readonly string[] | undefined) =>
    labels === undefined || labels.length === 0 ? "–" : labels.join(", ");
  return (
    <div>
      <Box fontWeight="bold" display="inline">
        <bdi>{event.Person?.Name ?? t("somebody")}</bdi>
      </Box>{" "}
      {t(`entry_${event.Action ?? "changed"}`)}
      {(event.Action === "changed" || event.Action === "added") && (
        <>
          {": "}
          <bdi>
            {event.Action === "changed" ? `${names(event.LabelsBefore)} → ` : ""}
            {names(event.LabelsAfter)}
          </bdi>
        </>
      )}
      <Box color="text-body-secondary" fontSize="body-s">
        {formats.date(event.Date)}
      </Box>
    </div>
  );
}
