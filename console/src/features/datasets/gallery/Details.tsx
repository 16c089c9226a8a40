/** What is known of the one picture that is selected: its size and day, what is wrong with it, who labelled it. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useState } from "react";
import { useFormats } from "../../../i18n/context";
import { EntryEvents } from "../../../ui/EntryHistory";
import type { DatasetType } from "../project";
import { useText } from "../text";
import type { Entry } from "./pages";

/** The last changes say enough here; the labelling page shows more. */
const EVENTS = 4;
/** Who goes from picture to picture by keys asks for the past of none of them. */
const REST_MS = 300;

interface DetailsProps {
  readonly arn: string;
  readonly type: DatasetType;
  readonly entry: Entry;
}

export function Details({ arn, type, entry }: DetailsProps) {
  const t = useText();
  const formats = useFormats();
  const [isResting, setResting] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setResting(true), REST_MS);
    return () => clearTimeout(timer);
  }, []);
  const { Width: width = 0, Height: height = 0, Problems: problems = [] } = entry;
  const facts = [
    ...(width > 0 ? [t("sidesOf", { width, height })] : []),
    ...(entry.CreationDate === undefined ? [] : [formats.date(entry.CreationDate)]),
  ];
  return (
    <section className="gallery-details" aria-label={t("details")}>
      <SpaceBetween size="xs">
        <Box variant="h3">{t("details")}</Box>
        <bdi className="label-name">{entry.Name}</bdi>
        {facts.length > 0 && (
          <Box color="text-body-secondary" fontSize="body-s">
            {facts.join(" · ")}
          </Box>
        )}
        {problems.map(({ Message: message }, place) => (
          <StatusIndicator key={place} type="error" wrapText>
            <bdi>{message}</bdi>
          </StatusIndicator>
        ))}
        {isResting && (
          <EntryEvents
            arn={arn}
            type={type}
            source={entry.SourceRef ?? ""}
            revision={entry.Revision}
            most={EVENTS}
          />
        )}
      </SpaceBetween>
    </section>
  );
}
