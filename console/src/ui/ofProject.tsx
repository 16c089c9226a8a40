/** A page below a project: which one its address names, and what stands there until that is known. */
import Spinner from "@cloudscape-design/components/spinner";
import type { ReactNode } from "react";
import { useProject, type ProjectFacts, type ProjectService } from "../api";
import { useNames } from "./address";
import { useCrumbs } from "./crumbs";
import { FaultAlert } from "./faults";
import { usePage, type Crumb } from "./page";
import { routeOfProject } from "./projects";
import { NotFound } from "./states";

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
  const { service, name, route } = useProjectPlace();
  const crumbs = useCrumbs({ service, name });
  usePage({ title, crumbs: [...crumbs, ...below] });
  const project = useProject(service, name);
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  return children(project.data, route);
}
