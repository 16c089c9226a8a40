/** The models of a project, the newest first. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { hrefOf, RouteLink, useFollow } from "../../ui/links";
import { MoreVersions, useVersionCount } from "../../ui/moreVersions";
import { routeOfProject, VersionSign } from "../../ui/projects";
import { routeOfVersion } from "../../ui/version";
import { useText } from "./text";

export function Versions({ project }: { readonly project: ProjectFacts }) {
  const t = useText();
  const formats = useFormats();
  const follow = useFollow();
  const count = useVersionCount(project);
  return (
    <Table
      items={project.versions}
      footer={project.next !== undefined && <MoreVersions project={project} />}
      trackBy="arn"
      variant="container"
      wrapLines
      ariaLabels={{ tableLabel: t("models") }}
      header={
        <Header
          variant="h2"
          counter={count}
          actions={
            <Button href={hrefOf(`${routeOfProject(project)}/train?new`)} onFollow={follow}>
              {t("trainModel")}
            </Button>
          }
        >
          {t("models")}
        </Header>
      }
      empty={
        <Box textAlign="center" padding="l" color="text-body-secondary">
          {t("noModels")}
        </Box>
      }
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          cell: ({ name }) => (
            <RouteLink to={routeOfVersion(project, name)}>
              <bdi>{name}</bdi>
            </RouteLink>
          ),
          isRowHeader: true,
        },
        { id: "created", header: t("created"), cell: (version) => formats.date(version.created) },
        {
          id: "f1",
          header: "F1",
          cell: (version) => (version.f1 === null ? "–" : formats.percent(version.f1)),
        },
        { id: "state", header: t("state"), cell: (version) => <VersionSign state={version.state} /> },
        { id: "message", header: t("message"), cell: (version) => <Sentence text={version.message} /> },
      ]}
    />
  );
}
