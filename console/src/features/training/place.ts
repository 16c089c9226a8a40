/** The project that an address names, and what is known of it. */
import { useProject, type ProjectFacts, type ProjectService, type VersionFacts } from "../../api";
import { usePage, type Crumb } from "../../ui/page";
import { routeOfProject } from "../../ui/projects";
import { useUiText } from "../../ui/text";
import { useNames } from "../../ui/address";

export interface TrainingPlace {
  readonly service: ProjectService;
  readonly name: string;
  readonly route: string;
  readonly project: ReturnType<typeof useProject>;
}

/** What the parts of a version's page are about. */
export interface VersionProps {
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
}

export function useTrainingPlace(): TrainingPlace {
  const params = useNames();
  const service: ProjectService = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  const project = useProject(service, name);
  return { service, name, route: routeOfProject({ service, name }), project };
}

/** Names a page of the project in the frame. */
export function useProjectPage(place: TrainingPlace, title: string, ...more: readonly Crumb[]): void {
  const ui = useUiText();
  usePage({
    title,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: ui("projects"), to: "/projects" },
      { text: place.name, to: place.route },
      ...more,
    ],
  });
}
