/** The first page: for somebody new what Vedette is, for everybody else where they stopped. */
import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Spinner from "@cloudscape-design/components/spinner";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Navigate } from "react-router";
import { asFault, useProjects } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { HiddenProjects } from "../../ui/projects";
import { Examples } from "./Examples";
import { OtherRegion } from "./OtherRegion";
import { ProjectCards } from "./ProjectCards";
import { useText } from "./text";
import { Welcome } from "./Welcome";

export function HomePage() {
  const t = useText();
  const projects = useProjects();
  usePage({ title: t("title") });
  // Who may see no projects labels in rounds.
  if (projects.isError && asFault(projects.error).code === "AccessDeniedException") {
    return <Navigate to="/my-work" replace />;
  }
  if (projects.isError) return <FaultAlert error={projects.error} onRetry={() => void projects.refetch()} />;
  if (projects.isPending) {
    return (
      <Box textAlign="center" padding="xxxl">
        <Spinner size="large" />
      </Box>
    );
  }
  const isNew = projects.data.length === 0;
  return (
    <ContentLayout>
      <SpaceBetween size="xl">
        <HiddenProjects />
        {isNew && <OtherRegion />}
        {isNew ? <Welcome /> : <ProjectCards rows={projects.data} />}
        <Examples />
      </SpaceBetween>
    </ContentLayout>
  );
}
