/** A way to an alarm of a version from its own page. */
import Button from "@cloudscape-design/components/button";
import type { ProjectService } from "../api";
import { hrefOf, useFollow } from "./links";
import { useUiText } from "./text";

interface TellMeAboutProps {
  readonly project: { readonly service: ProjectService; readonly name: string };
  readonly version: string;
}

export function TellMeAbout({ project, version }: TellMeAboutProps) {
  const t = useUiText();
  const asked = new URLSearchParams({ service: project.service, project: project.name, version });
  return (
    <Button href={hrefOf(`/alarms?${asked.toString()}`)} onFollow={useFollow()}>
      {t("tellMe")}
    </Button>
  );
}
