/** One version's training, whatever state it is in: under way, over, failed, stopped, copied, or being deleted. */
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { ProjectFacts, VersionFacts } from "../../api";
import { Sentence } from "../../sentences";
import { CopyEnd, Copying } from "./CopyState";
import { Failed } from "./Failed";
import { PastModel } from "./PastModel";
import { Progress } from "./Progress";
import { Result } from "./Result";
import { useText } from "./text";
import "./training.css";

interface TrainingViewProps {
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly route: string;
}

function Usable({ version }: { readonly version: VersionFacts }) {
  const t = useText();
  return (
    <SpaceBetween size="l">
      {version.state === "startFailed" && (
        <Alert type="error" header={t("startFailed")}>
          <Sentence text={version.message} /> {t("startFailedHelp")}
        </Alert>
      )}
      <Result version={version} />
    </SpaceBetween>
  );
}

export function TrainingView({ project, version, route }: TrainingViewProps) {
  const t = useText();
  switch (version.state) {
    case "training":
      return <Progress version={version} />;
    case "copying":
      return <Copying version={version} />;
    case "copyFailed":
      return <CopyEnd version={version} />;
    case "failed":
      return <Failed project={project} version={version} route={route} />;
    case "archived":
      return <PastModel version={version} />;
    case "deleting":
      return <Alert type="info">{t("beingDeleted")}</Alert>;
    default:
      return <Usable version={version} />;
  }
}
