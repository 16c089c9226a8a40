/** Whether the pictures of production are those of the training: what differs, in words. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
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

export function Drift({ feedback }: { readonly feedback: Own.FeedbackDescription }) {
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
        <Examples feedback={feedback} />
      </Alert>
    );
  }
  if (feedback.Enabled !== true) return null;
  if (drift.Status === "failed") {
    return (
      <Alert type="info" header={t("driftUnknown")}>
        <bdi>{drift.Message}</bdi>
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

/** The newest kept pictures, which show what the sentence says. */
function Examples({ feedback }: { readonly feedback: Own.FeedbackDescription }) {
  const t = useText();
  const count = (feedback.Drift?.Examples ?? []).length;
  return count === 0 ? null : <Box fontSize="body-s">{t("driftExamples")}</Box>;
}
