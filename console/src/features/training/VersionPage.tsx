/** One version: what came of its training, all that is known of it, its tags, and how it is deleted. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useVersion, type ProjectFacts } from "../../api";
import { useNames } from "../../ui/address";
import { TellMeAbout } from "../../ui/alarms";
import { FaultAlert } from "../../ui/faults";
import { InProject, useProjectPlace } from "../../ui/ofProject";
import { TagPanel, tagsOfService } from "../../ui/tags";
import { TrainedWith } from "../../ui/trainedWith";
import { TryVersion } from "../../ui/trials";
import { VersionFrame } from "../../ui/version";
import { DeleteButton } from "./DeleteVersion";
import { Details } from "./Details";
import { useText } from "./text";
import { TrainingView } from "./TrainingView";

export function VersionPage() {
  const place = useProjectPlace();
  return <InProject place={place}>{(project) => <Shown project={project} route={place.route} />}</InProject>;
}

function Shown({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const name = useNames().version ?? "";
  const { version, isPending, error } = useVersion(project, name);
  if (error !== null) return <FaultAlert error={error} />;
  if (isPending) return <Spinner size="large" />;
  return (
    <VersionFrame
      project={project}
      name={name}
      version={version}
      tab="overview"
      actions={
        version && (
          <SpaceBetween direction="horizontal" size="xs">
            <TellMeAbout project={project} version={version.name} />
            <TryVersion project={project} version={version} />
            <DeleteButton project={project} version={version} route={route} />
          </SpaceBetween>
        )
      }
    >
      {(shown) => (
        <SpaceBetween size="l">
          <TrainingView version={shown} route={route} project={project} />
          <TrainedWith project={project} version={shown.name} />
          <Details project={project} version={shown} />
          <TagPanel place={tagsOfService(project.service, shown.arn)} help={t("tagsHelp")} />
        </SpaceBetween>
      )}
    </VersionFrame>
  );
}
