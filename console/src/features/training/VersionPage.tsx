/** One version: what came of its training, all that is known of it, its tags, and how it is deleted. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEvents } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { NotFound } from "../../ui/states";
import { TagPanel } from "../../ui/tags";
import { TrainedWith } from "../../ui/trainedWith";
import { TryVersion } from "../../ui/trials";
import { VersionFrame } from "../../ui/version";
import { DeleteButton } from "./DeleteVersion";
import { Details } from "./Details";
import { useTrainingPlace } from "./place";
import { useText } from "./text";
import { TrainingView } from "./TrainingView";
import { useNames } from "../../ui/address";

export function VersionPage() {
  const t = useText();
  const place = useTrainingPlace();
  const name = useNames().version ?? "";
  useEvents();
  const { project } = place;
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  const version = project.data.versions.find((candidate) => candidate.name === name);
  return (
    <VersionFrame
      project={place}
      name={name}
      version={version}
      tab="overview"
      actions={
        version && (
          <SpaceBetween direction="horizontal" size="xs">
            <TryVersion project={place} version={version} />
            <DeleteButton project={project.data} version={version} route={place.route} />
          </SpaceBetween>
        )
      }
    >
      <TrainingView version={version} route={place.route} project={project.data} />
      {version && <TrainedWith project={project.data} version={version.name} />}
      {version && <Details project={project.data} version={version} />}
      {version && <TagPanel service={place.service} arn={version.arn} help={t("tagsHelp")} />}
    </VersionFrame>
  );
}
