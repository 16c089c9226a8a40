/** Whether the pictures of production are those of the training: what differs, in words. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { thumbnailOf } from "./GuessCard";
import { useText } from "./text";

const NAMED = [
  "brightness",
  "contrast",
  "shadows",
  "highlights",
  "saturation",
  "sharpness",
  "sharpness_coarse",
  "texture",
  "texture_coarse",
  "noise",
  "shape",
  "size",
  "doubt",
] as const;
type Named = (typeof NAMED)[number] | "color" | "direction" | "layout";

/** Colours, directions and layout have several numbers, which one word says. */
function wordOf(name: string): Named {
  const named = NAMED.find((known) => known === name);
  if (named !== undefined) return named;
  if (name.startsWith("color")) return "color";
  return name.startsWith("direction") ? "direction" : "layout";
}

function useReasons(findings: readonly Own.DriftFinding[]): string[] {
  const t = useText();
  const reasons = findings.map(({ Name = "", Higher = false }) => {
    const word = wordOf(Name);
    if (word === "color" || word === "direction" || word === "layout") return t(`drift_${word}`);
    return t(`drift_${word}`, { way: t(Higher ? "more" : "less") });
  });
  return [...new Set(reasons)];
}

interface DriftProps {
  readonly project: ProjectFacts;
  readonly feedback: Own.FeedbackDescription;
}

export function Drift({ project, feedback }: DriftProps) {
  const t = useText();
  const formats = useFormats();
  const drift = feedback.Drift ?? {};
  const findings = drift.Findings ?? [];
  const reasons = useReasons(findings);
  if (findings.length > 0) {
    return (
      <Alert type="warning" header={t("driftTitle")}>
        <SpaceOfReasons reasons={reasons} />
        {drift.Since !== undefined && (
          <Box fontSize="body-s">{t("driftSince", { moment: formats.date(drift.Since) })}</Box>
        )}
        <Box>{t("driftHelp")}</Box>
        <Examples project={project} feedback={feedback} />
      </Alert>
    );
  }
  if (feedback.Enabled !== true) return null;
  if (drift.Status === "failed") {
    return (
      <Alert type="info" header={t("driftUnknown")}>
        <Sentence text={drift.Message ?? ""} />
      </Alert>
    );
  }
  return (
    <StatusIndicator type={drift.Status === "ready" ? "success" : "pending"}>
      {drift.Status === "ready"
        ? t("driftNone", { count: formats.number(drift.Pictures ?? 0) })
        : t("driftMeasuring")}
    </StatusIndicator>
  );
}

function SpaceOfReasons({ reasons }: { readonly reasons: readonly string[] }) {
  return (
    <ul>
      {reasons.map((reason) => (
        <li key={reason}>{reason}</li>
      ))}
    </ul>
  );
}

/** The kept pictures that are most unlike the training; they are marked in the list below. */
function Examples({ project, feedback }: DriftProps) {
  const t = useText();
  const numbers = feedback.Drift?.Examples ?? [];
  const query = useCall(
    "vedette",
    "ListTrialPictures",
    { ProjectArn: project.arn, TrialId: feedback.TrialId ?? "", PictureIds: numbers },
    { isEnabled: numbers.length > 0 },
  );
  if (numbers.length === 0) return <Box fontSize="body-s">{t("driftExamplesNone")}</Box>;
  const sources = new Map(
    query.data?.Pictures?.map(({ PictureId, SourceRef = "" }) => [PictureId, SourceRef]),
  );
  return (
    <>
      <Box fontSize="body-s">{t("driftExamples")}</Box>
      <ul className="trials-examples">
        {numbers.map((number) => {
          const source = sources.get(number);
          return (
            source !== undefined && (
              <li key={number}>
                <img
                  src={thumbnailOf(source)}
                  alt={source.slice(source.lastIndexOf("/") + 1)}
                  loading="lazy"
                />
              </li>
            )
          );
        })}
      </ul>
    </>
  );
}
