/** A training that came to nothing: stopped by somebody, or failed, and what to do about it. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import type { ProjectFacts, VersionFacts } from "../../api";
import { hrefOf, useFollow } from "../../ui/links";
import { useText } from "./text";

/** The beginning of what the server says of a training that somebody stopped. */
const STOPPED = "The training was stopped";

interface FailedProps {
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly route: string;
}

export function Failed({ version, route }: FailedProps) {
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
