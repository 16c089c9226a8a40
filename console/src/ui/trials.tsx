/** Ways to a trial from other pages: of a dataset's pictures without labels by one button, and of a version. */
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { useChange, useProject, type ProjectService, type VersionState } from "../api";
import { useFormats } from "../i18n/context";
import { FaultAlert } from "./faults";
import { hrefOf, useFollow } from "./links";
import { hasModel } from "./models";
import { routeOfProject } from "./projects";
import { useUiText } from "./text";

interface ProjectAddress {
  readonly service: ProjectService;
  readonly name: string;
}

interface TryUnlabelledProps {
  readonly project: ProjectAddress;
  readonly type: "train" | "test";
  /** How many pictures of the dataset have no labels. */
  readonly count: number;
}

/** Begins a trial of the version that answers, or of the newest, and goes there. */
export function TryUnlabelled({ project, type, count }: TryUnlabelledProps) {
  const t = useUiText();
  const formats = useFormats();
  const navigate = useNavigate();
  const facts = useProject(project.service, project.name).data;
  const start = useChange("vedette", "StartTrialDetection");
  const versions = facts?.versions.filter(hasModel) ?? [];
  const version = versions.find(({ state }) => state === "running") ?? versions[0];
  if (facts === undefined || facts === null || version === undefined || count === 0) return null;
  const begin = () =>
    start.mutate(
      {
        ProjectArn: facts.arn,
        VersionName: version.name,
        TrialName: t("withoutLabels", { moment: formats.date(new Date().toISOString()) }),
        DatasetType: type,
      },
      {
        onSuccess: ({ Trial }) => void navigate(`${routeOfProject(project)}/trials/${Trial?.TrialId ?? ""}`),
      },
    );
  return (
    <SpaceBetween size="xs">
      <Button iconName="search" loading={start.isPending} onClick={begin}>
        {t("tryUnlabelled", { count })}
      </Button>
      {start.isError && <FaultAlert error={start.error} />}
    </SpaceBetween>
  );
}

interface TryVersionProps {
  readonly project: ProjectAddress;
  readonly version: { readonly name: string; readonly state: VersionState };
}

/** Leads to the trials, with this version chosen for a new one. */
export function TryVersion({ project, version }: TryVersionProps) {
  const t = useUiText();
  const follow = useFollow();
  if (!hasModel(version)) return null;
  const route = `${routeOfProject(project)}/trials?version=${encodeURIComponent(version.name)}`;
  return (
    <Button href={hrefOf(route)} onFollow={follow}>
      {t("runTrial")}
    </Button>
  );
}
