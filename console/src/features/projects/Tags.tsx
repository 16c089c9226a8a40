/** The project's tags. Projects of Lookout for Vision have none. */
import type { ProjectFacts } from "../../api";
import { TagPanel, tagsOfService } from "../../ui/tags";
import { useText } from "./text";

export function ProjectTags({ project: { arn, service } }: { readonly project: ProjectFacts }) {
  const t = useText();
  return service === "rekognition" ? (
    <TagPanel place={tagsOfService(service, arn)} help={t("tagsHelp")} />
  ) : null;
}
