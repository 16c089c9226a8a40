/** Where each of a project's next steps is done. */
import type { Own, ProjectRow } from "../api";
import { segmentOf } from "./address";

export type Step = Own.NextStep;
export type Kind = NonNullable<Step["Kind"]>;
export type Place = Pick<ProjectRow, "service" | "name">;

/** Return where a step is done. */
export function routeOfStep(
  project: Place,
  { Kind: kind, DatasetType: type = "train", Labels: labels }: Step,
) {
  const page = `/projects/${project.service}/${segmentOf(project.name)}`;
  const datasets = `${page}/datasets`;
  const label = encodeURIComponent(labels?.[0] ?? "");
  const routes: Readonly<Record<Kind, string>> = {
    "add-pictures": datasets,
    errors: `${datasets}/${type}?errors=yes`,
    broken: `${datasets}/${type}?broken=yes`,
    unsure: `${datasets}/${type}/label?show=unsure`,
    label: `${datasets}/${type}/label?show=unlabelled`,
    labels: `${datasets}/${type}/label`,
    pictures: `${datasets}/${type}?label=${label}`,
    normal: `${datasets}/${type}?class=normal`,
    anomaly: `${datasets}/${type}?class=anomaly`,
    untested: `${datasets}/train?label=${label}`,
    "more-of":
      project.service === "lookoutvision"
        ? `${datasets}/train?class=${label}`
        : `${datasets}/train?label=${label}`,
    train: `${page}/train?new`,
  };
  return kind === undefined ? undefined : routes[kind];
}
