/** A page below a project: which one its address names, and what stands there until that is known. */
import Box from "@cloudscape-design/components/box";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import {
  asFault,
  useEvents,
  useProject,
  useProjects,
  useRegion,
  type ProjectFacts,
  type ProjectService,
} from "../api";
import { useNames } from "./address";
import { useCrumbs } from "./crumbs";
import { FaultAlert } from "./faults";
import { RouteLink } from "./links";
import { usePage, type Crumb } from "./page";
import { routeOfProject } from "./projects";
import { useUiText } from "./text";

export interface ProjectPlace {
  readonly service: ProjectService;
  readonly name: string;
  readonly route: string;
}

/** The project that the address names. */
export function useProjectPlace(): ProjectPlace {
  const params = useNames();
  const service: ProjectService = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  return { service, name, route: routeOfProject({ service, name }) };
}

interface OfProjectProps {
  readonly title: string;
  /** What stands between the project and this page. */
  readonly below?: readonly Crumb[];
  readonly children: (project: ProjectFacts, route: string) => ReactNode;
}

/** Shows its children once the project is known; says so where there is none. */
export function OfProject({ title, below = [], children }: OfProjectProps) {
  const place = useProjectPlace();
  const crumbs = useCrumbs(place);
  usePage({ title, crumbs: [...crumbs, ...below] });
  return <InProject place={place}>{(project) => children(project, place.route)}</InProject>;
}

interface InProjectProps {
  readonly place: ProjectPlace;
  readonly children: (project: ProjectFacts) => ReactNode;
}

const MISSING = 404;

/** What others do to the project, or to a version of it, is heard as long as its page is open. */
export function InProject({ place, children }: InProjectProps) {
  const project = useProject(place.service, place.name);
  useEvents();
  // One service refuses to describe what is not there, and the other describes nothing.
  if (project.data === null || (project.isError && asFault(project.error).status === MISSING)) {
    return <NoProject place={place} />;
  }
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  return children(project.data);
}

/** The other service may have a project of that name: an address is easily typed, or mended, to the wrong one. */
function NoProject({ place }: { readonly place: ProjectPlace }) {
  const t = useUiText();
  const region = useRegion();
  const namesake = useProjects().data?.find(
    ({ name, service }) => name === place.name && service !== place.service,
  );
  return (
    <Box textAlign="center" padding={{ top: "xxxl" }}>
      <SpaceBetween size="s">
        <Box variant="h1">
          <bdi>{t(`noProject_${place.service}`, { name: place.name, region })}</bdi>
        </Box>
        <Box variant="p" color="text-body-secondary">
          {t("noProjectHelp")}
        </Box>
        {namesake && (
          <RouteLink to={routeOfProject(namesake)}>
            {t(`namesake_${namesake.service}`, { name: namesake.name })}
          </RouteLink>
        )}
        <RouteLink to="/projects">{t("goProjects")}</RouteLink>
      </SpaceBetween>
    </Box>
  );
}
