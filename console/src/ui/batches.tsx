/** The way to a batch from a version's pages: its own page has the form, with this version chosen. */
import Button from "@cloudscape-design/components/button";
import type { ProjectService, VersionState } from "../api";
import { hrefOf, useFollow } from "./links";
import { hasModel } from "./models";
import { routeOfProject } from "./projects";
import { useUiText } from "./text";

interface BatchLinkProps {
  readonly project: { readonly service: ProjectService; readonly name: string };
  readonly version: { readonly name: string; readonly state: VersionState };
}

export function BatchLink({ project, version }: BatchLinkProps) {
  const t = useUiText();
  const follow = useFollow();
  if (!hasModel(version)) return null;
  const route = `${routeOfProject(project)}/batches?version=${encodeURIComponent(version.name)}`;
  return (
    <Button href={hrefOf(route)} onFollow={follow}>
      {t("runBatch")}
    </Button>
  );
}
