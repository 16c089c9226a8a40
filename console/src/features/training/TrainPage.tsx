/**
 * The page of trainings: what one would learn and what it lacks; with ?version=NAME that version's training, live
 * while it is under way. Without either it shows the training that is under way, if there is one.
 */
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useSearchParams } from "react-router";
import { useCall, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { InProject, useProjectPlace } from "../../ui/ofProject";
import { hrefOf, useFollow } from "../../ui/links";
import { MissingVersion, useWasThere } from "../../ui/missingVersion";
import { Learnt } from "./Learnt";
import { Needs } from "./Needs";
import { useProjectPage } from "./place";
import { Retrain } from "./Retrain";
import { StartForm } from "./StartForm";
import { useText } from "./text";
import { TrainingView } from "./TrainingView";

/** A dataset that is being changed is looked at again. */
const EVERY_MS = 5000;

interface PartProps {
  readonly project: ProjectFacts;
  readonly route: string;
}

function Before({ project, route }: PartProps) {
  const [, setSearch] = useSearchParams();
  const query = useCall("vedette", "PreviewTraining", { ProjectArn: project.arn }, { everyMs: EVERY_MS });
  const changes = useCall("vedette", "ListVersionChanges", { ProjectArn: project.arn });
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Retrain project={project} route={route} changes={changes.data} />
      <Needs needs={query.data.Needs ?? []} route={route} />
      <Learnt preview={query.data} />
      <StartForm
        project={project}
        preview={query.data}
        onStarted={(version) => setSearch({ version }, { replace: true })}
      />
    </SpaceBetween>
  );
}

function Chosen({ project, route, name }: PartProps & { readonly name: string }) {
  const t = useText();
  const follow = useFollow();
  const version = project.versions.find((candidate) => candidate.name === name);
  const wasThere = useWasThere(name, version);
  return (
    <SpaceBetween size="l">
      {version === undefined ? (
        <MissingVersion name={name} wasThere={wasThere} route={route} />
      ) : (
        <TrainingView project={project} version={version} route={route} />
      )}
      {version?.state !== "failed" && (
        <Button href={hrefOf(`${route}/train?new`)} onFollow={follow}>
          {t("another")}
        </Button>
      )}
    </SpaceBetween>
  );
}

export function TrainPage() {
  const t = useText();
  const place = useProjectPlace();
  useProjectPage(place, t("train"));
  return <InProject place={place}>{(project) => <Shown project={project} route={place.route} />}</InProject>;
}

function Shown({ project, route }: PartProps) {
  const t = useText();
  const [search] = useSearchParams();
  const underWay = project.versions.find((version) => version.state === "training");
  const name = search.get("version") ?? (search.has("new") ? null : (underWay?.name ?? null));
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("trainIntro")}>
          {t("trainTitle")}
        </Header>
      }
    >
      {name === null ? (
        <Before project={project} route={route} />
      ) : (
        <Chosen project={project} route={route} name={name} />
      )}
    </ContentLayout>
  );
}
