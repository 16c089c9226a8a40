/** The versions of a project that are not shown yet: how many there are of those that are, and a button. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import { useMoreVersions, type ProjectFacts } from "../api";
import { useFormats } from "../i18n/context";
import { FaultAlert } from "./faults";
import { useUiText } from "./text";

/** How many versions are known, for a heading; `+` where there are more. */
export function useVersionCount({ versions, next }: ProjectFacts): string {
  const formats = useFormats();
  return `(${formats.number(versions.length)}${next === undefined ? "" : "+"})`;
}

export function MoreVersions({ project }: { readonly project: ProjectFacts }) {
  const t = useUiText();
  const more = useMoreVersions(project);
  if (more.isError) return <FaultAlert error={more.error} onRetry={() => more.mutate()} />;
  if (project.next === undefined) return null;
  return (
    <Box textAlign="center">
      <Button variant="link" loading={more.isPending} onClick={() => more.mutate()}>
        {t("showMoreVersions")}
      </Button>
    </Box>
  );
}
