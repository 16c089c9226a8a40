/** The versions of a project: what changed from one to the next, and how good each is. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { InProject, useProjectPlace } from "../../ui/ofProject";
import { hrefOf, RouteLink, useFollow } from "../../ui/links";
import { MoreVersions, useVersionCount } from "../../ui/moreVersions";
import { VersionSign } from "../../ui/projects";
import { routeOfVersion } from "../../ui/version";
import { useChanges } from "./changes";
import { CopyHere } from "./CopyHere";
import { useProjectPage } from "./place";
import { QualityChart } from "./QualityChart";
import { Retrain } from "./Retrain";
import { useText } from "./text";
import { useChangesOf } from "./useChangesOf";

interface ListProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly changes: ReadonlyMap<string | undefined, Own.VersionChange>;
}

function ChangeCell({ change }: { readonly change: Own.VersionChange | undefined }) {
  const t = useText();
  const words = useChanges();
  if (change === undefined) return <>–</>;
  if (change.IsCopy === true) return <>{t("isCopy")}</>;
  if (change.SinceVersion === undefined) return <>{t("isFirst")}</>;
  const parts = words(change);
  return (
    <>
      {parts.length === 0 ? t("sameAs", { version: change.SinceVersion }) : null}
      {parts.map((part) => (
        <div key={part}>
          <bdi>{part}</bdi>
        </div>
      ))}
    </>
  );
}

function List({ project, route, changes }: ListProps) {
  const t = useText();
  const formats = useFormats();
  const follow = useFollow();
  const count = useVersionCount(project);
  return (
    <Table
      items={project.versions}
      footer={project.next !== undefined && <MoreVersions project={project} />}
      trackBy="arn"
      wrapLines
      ariaLabels={{ tableLabel: t("versions") }}
      header={
        <Header variant="h2" counter={count}>
          {t("versions")}
        </Header>
      }
      empty={
        <Box textAlign="center" padding="l">
          <Button href={hrefOf(`${route}/train`)} onFollow={follow}>
            {t("trainTitle")}
          </Button>
        </Box>
      }
      columnDefinitions={[
        {
          id: "name",
          header: t("version"),
          cell: ({ name }) => (
            <RouteLink to={routeOfVersion(project, name)}>
              <bdi>{name}</bdi>
            </RouteLink>
          ),
          isRowHeader: true,
        },
        { id: "f1", header: t("f1"), cell: ({ f1 }) => (f1 === null ? "–" : formats.percent(f1)) },
        {
          id: "state",
          header: t("state"),
          minWidth: 130,
          cell: ({ state }) => <VersionSign state={state} />,
        },
        { id: "changes", header: t("changed"), cell: ({ arn }) => <ChangeCell change={changes.get(arn)} /> },
        { id: "created", header: t("created"), cell: ({ created }) => formats.date(created) },
      ]}
    />
  );
}

interface VersionsProps {
  readonly project: ProjectFacts;
  readonly route: string;
}

function Actions({ project, route }: VersionsProps) {
  const t = useText();
  const follow = useFollow();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <CopyHere project={project} />
      {project.versions.length > 1 && (
        <Button href={hrefOf(`${route}/compare`)} onFollow={follow}>
          {t("compareVersions")}
        </Button>
      )}
      <Button href={hrefOf(`${route}/train?new`)} onFollow={follow}>
        {t("trainTitle")}
      </Button>
    </SpaceBetween>
  );
}

function Shown({ project, route }: VersionsProps) {
  const t = useText();
  const changes = useChangesOf(project);
  return (
    <ContentLayout
      header={
        <Header variant="h1" actions={<Actions project={project} route={route} />}>
          {t("versions")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {changes.error !== null && <FaultAlert error={changes.error} onRetry={changes.retry} />}
        <Retrain project={project} route={route} changes={changes.newest} />
        <QualityChart versions={project.versions} />
        <List project={project} route={route} changes={changes.known} />
      </SpaceBetween>
    </ContentLayout>
  );
}

export function VersionsPage() {
  const t = useText();
  const place = useProjectPlace();
  useProjectPage(place, t("versions"));
  return <InProject place={place}>{(project) => <Shown project={project} route={place.route} />}</InProject>;
}
