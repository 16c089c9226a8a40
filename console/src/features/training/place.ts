/** What the pages of trainings and versions have in common. */
import type { ProjectFacts, VersionFacts } from "../../api";
import type { ProjectPlace } from "../../ui/ofProject";
import { usePage, type Crumb } from "../../ui/page";
import { useUiText } from "../../ui/text";

/** What the parts of a version's page are about. */
export interface VersionProps {
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
}

/** Names a page of the project in the frame. */
export function useProjectPage(place: ProjectPlace, title: string, ...more: readonly Crumb[]): void {
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
