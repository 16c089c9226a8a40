/** One version's training, whatever state it is in: under way, over, failed, stopped, or deleted meanwhile. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { VersionFacts } from "../../api";
import { hrefOf, useFollow } from "../../ui/links";
import { Progress } from "./Progress";
import { Result } from "./Result";
import { useText } from "./text";
import "./training.css";

/** The beginning of what the server says of a training that somebody stopped. */
const STOPPED = "The training was stopped";

interface TrainingViewProps {
  readonly version: VersionFacts | undefined;
  readonly route: string;
}

function Failed({ version, route }: { readonly version: VersionFacts; readonly route: string }) {
  const t = useText();
  const follow = useFollow();
  const isStopped = version.message.startsWith(STOPPED);
  return (
    <Alert
      type={isStopped ? "info" : "error"}
      header={isStopped ? t("stopped") : t("failed")}
      action={
        <Button href={hrefOf(`${route}/train?new`)} onFollow={follow}>
          {isStopped ? t("another") : t("mend")}
        </Button>
      }
    >
      {isStopped ? t("stoppedHelp") : <bdi>{version.message}</bdi>} {!isStopped && t("failedHelp")}
    </Alert>
  );
}

export function TrainingView({ version, route }: TrainingViewProps) {
  const t = useText();
  if (version === undefined) {
    return (
      <Alert type="info" header={t("gone")}>
        {t("goneHelp")}
      </Alert>
    );
  }
  if (version.state === "training") return <Progress version={version} />;
  if (version.state === "failed") return <Failed version={version} route={route} />;
  return <Result version={version} />;
}
