/** The models of a project, the newest first. */
import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import Table from "@cloudscape-design/components/table";
import type { ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { VersionSign } from "../../ui/projects";
import { useText } from "./text";

export function Versions({ project }: { readonly project: ProjectFacts }) {
  const t = useText();
  const formats = useFormats();
  return (
    <Table
      items={project.versions}
      trackBy="arn"
      variant="container"
      wrapLines
      ariaLabels={{ tableLabel: t("models") }}
      header={
        <Header variant="h2" counter={`(${String(project.versions.length)})`}>
          {t("models")}
        </Header>
      }
      empty={
        <Box textAlign="center" padding="l" color="text-body-secondary">
          {t("noModels")}
        </Box>
      }
      columnDefinitions={[
        { id: "name", header: t("name"), cell: (version) => <bdi>{version.name}</bdi>, isRowHeader: true },
        { id: "created", header: t("created"), cell: (version) => formats.date(version.created) },
        {
          id: "f1",
          header: "F1",
          cell: (version) => (version.f1 === null ? "–" : formats.percent(version.f1)),
        },
        { id: "state", header: t("state"), cell: (version) => <VersionSign state={version.state} /> },
        { id: "message", header: t("message"), cell: (version) => <bdi>{version.message}</bdi> },
      ]}
    />
  );
}
