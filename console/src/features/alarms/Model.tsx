/** Which model an alarm is about, with a way to it. */
import type { Monitoring } from "../../api";
import { RouteLink } from "../../ui/links";
import { routeOfProject } from "../../ui/projects";
import { routeOfVersion } from "../../ui/version";
import { modelOf } from "./conditions";

export function Model({ alarm }: { readonly alarm: Monitoring.MetricAlarm }) {
  const model = modelOf(alarm);
  if (model === null) return <>–</>;
  const project = { service: model.service, name: model.project };
  const to = model.version === "" ? routeOfProject(project) : routeOfVersion(project, model.version);
  return (
    <RouteLink to={to}>
      <bdi>{[model.project, model.version].filter((name) => name !== "").join(" / ")}</bdi>
    </RouteLink>
  );
}
