/** The project of an address, and where its trials are. */
import { useProject, type ProjectService, type VersionFacts } from "../../api";
import { usePage, type Crumb } from "../../ui/page";
import { routeOfProject } from "../../ui/projects";
import { useUiText } from "../../ui/text";
import { isTriable } from "../../ui/trials";
import { useNames } from "../../ui/address";

export interface TrialsPlace {
  readonly service: ProjectService;
  readonly name: string;
  readonly route: string;
  readonly project: ReturnType<typeof useProject>;
}

export function useTrialsPlace(): TrialsPlace {
  const params = useNames();
  const service: ProjectService = params.service === "lookoutvision" ? "lookoutvision" : "rekognition";
  const name = params.project ?? "";
  return { service, name, route: routeOfProject({ service, name }), project: useProject(service, name) };
}

/** Names a page of the project in the frame. */
export function useTrialsPage(place: TrialsPlace, title: string, ...more: readonly Crumb[]): void {
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

/** The versions that can be tried, the newest first; they need not run. */
export function triable(versions: readonly VersionFacts[]): readonly VersionFacts[] {
  return versions.filter(({ state }) => isTriable(state));
}
