/** Where a page of a project stands: one way down for all of them, from the console's home. */
import type { ProjectService } from "../api";
import type { Crumb } from "./page";
import { routeOfProject } from "./projects";
import { useUiText } from "./text";

interface CrumbPlace {
  readonly service: ProjectService;
  readonly name: string;
  /** The dataset below which the page stands; nothing where it stands below the project itself. */
  readonly type?: "train" | "test";
}

/** From the home page down to the project, or to its dataset. */
export function useCrumbs({ service, name, type }: CrumbPlace): readonly Crumb[] {
  const t = useUiText();
  const project = routeOfProject({ service, name });
  return [
    { text: "Vedette", to: "/" },
    { text: t("projects"), to: "/projects" },
    { text: name, to: project },
    ...(type === undefined ? [] : [{ text: t(`${type}Dataset`), to: `${project}/datasets/${type}` }]),
  ];
}
