/** One version in use: its service, a try of it, programs that call it, and the model to take along. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { asFault, useCall } from "../../api";
import { useNames } from "../../ui/address";
import { BatchLink } from "../../ui/batches";
import { FaultAlert } from "../../ui/faults";
import { InProject, useProjectPlace } from "../../ui/ofProject";
import { MissingVersion } from "../../ui/missingVersion";
import { routeOfProject } from "../../ui/projects";
import { VersionFrame } from "../../ui/version";
import { Code } from "./Code";
import type { ModelPlace } from "./model";
import { Running } from "./Running";
import { TakeAlong } from "./TakeAlong";
import { TryIt } from "./TryIt";
import "./use.css";

/** While a version runs its load is looked at every second; else the event stream says when something changes. */
const LIVE_MS = 1000;
const IDLE_MS = 10_000;
const MISSING = 404;

function Parts({ model, project }: { readonly model: ModelPlace; readonly project: string }) {
  const query = useServing(model.arn);
  // Deleted a moment ago, which the list of versions does not know yet.
  if (query.isError && asFault(query.error).status === MISSING) {
    const route = routeOfProject({ service: model.service, name: model.project });
    return <MissingVersion name={model.version} wasThere route={route} />;
  }
  if (query.isError && query.data === undefined) {
    return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  }
  if (query.data === undefined) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Running model={model} serving={query.data} />
      <TryIt model={model} serving={query.data} />
      <Code model={model} project={project} />
      <TakeAlong model={model} serving={query.data} />
    </SpaceBetween>
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
  const place = useProjectPlace();
  const name = useNames().version ?? "";
  return (
    <InProject place={place}>
      {({ versions, arn: project }) => {
        const version = versions.find((item) => item.name === name);
        return (
          <VersionFrame
            project={place}
            name={name}
            version={version}
            tab="use"
            actions={version && <BatchLink project={place} version={version} />}
          >
            {({ arn }) => (
              <Parts
                project={project}
                model={{ service: place.service, project: place.name, version: name, arn }}
              />
            )}
          </VersionFrame>
        );
      }}
    </InProject>
  );
}
