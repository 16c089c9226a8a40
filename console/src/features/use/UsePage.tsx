/** One version in use: its service, a try of it, programs that call it, and the model to take along. */
import Alert from "@cloudscape-design/components/alert";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { asFault, useCall, useEvents, useProject, type ProjectService } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { NotFound } from "../../ui/states";
import { VersionFrame } from "../../ui/version";
import { Code } from "./Code";
import type { ModelPlace } from "./model";
import { Running } from "./Running";
import { TakeAlong } from "./TakeAlong";
import { useText } from "./text";
import { TryIt } from "./TryIt";
import "./use.css";
import { useNames } from "../../ui/address";

/** While a version runs its load is looked at every second; else the event stream says when something changes. */
const LIVE_MS = 1000;
const IDLE_MS = 10_000;
const MISSING = 404;

function Parts({ model }: { readonly model: ModelPlace }) {
  const query = useServing(model.arn);
  // Deleted a moment ago, which the list of versions does not know yet.
  if (query.isError && asFault(query.error).status === MISSING) return <Gone />;
  if (query.isError && query.data === undefined) {
    return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data === undefined) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Running model={model} serving={query.data} />
      <TryIt model={model} serving={query.data} />
      <Code model={model} />
      <TakeAlong model={model} serving={query.data} />
    </SpaceBetween>
  );
}

function Gone() {
  const t = useText();
  return (
    <Alert type="info" header={t("gone")}>
      {t("goneHelp")}
    </Alert>
  );
}

function useServing(arn: string) {
  const slow = useCall("vedette", "DescribeServing", { ModelArn: arn }, { everyMs: IDLE_MS });
  const isMoving = ["starting", "running", "stopping"].includes(slow.data?.State ?? "");
  const live = useCall(
    "vedette",
    "DescribeServing",
    { ModelArn: arn },
    { isEnabled: isMoving, everyMs: isMoving && LIVE_MS },
  );
  return isMoving ? live : slow;
}

export function UsePage() {
  const params = useNames();
  const service: ProjectService = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  const versionName = params.version ?? "";
  const project = useProject(service, name);
  useEvents();
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  const version = project.data.versions.find((candidate) => candidate.name === versionName);
  return (
    <VersionFrame project={{ service, name }} name={versionName} version={version} tab="use">
      {version === undefined ? (
        <Gone />
      ) : (
        <Parts model={{ service, project: name, version: versionName, arn: version.arn }} />
      )}
    </VersionFrame>
  );
}
