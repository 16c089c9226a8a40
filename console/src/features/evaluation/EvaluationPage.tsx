/** How well a version does: figures, thresholds with their curves and galleries, confusions, reliability. */
import Alert from "@cloudscape-design/components/alert";
import Spinner from "@cloudscape-design/components/spinner";
import { useMemo } from "react";
import { asFault, useVersion, type ProjectFacts, type VersionFacts } from "../../api";
import { Sentence } from "../../sentences";
import { useNames } from "../../ui/address";
import { FaultAlert } from "../../ui/faults";
import { InProject, useProjectPlace, type ProjectPlace } from "../../ui/ofProject";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { routeOfVersion, VersionFrame } from "../../ui/version";
import { Board } from "./Board";
import { rank } from "./counting";
import "./evaluation.css";
import { useColumns } from "./place";
import { useText } from "./text";

export function EvaluationPage() {
  const place = useProjectPlace();
  return <InProject place={place}>{(project) => <Shown place={place} project={project} />}</InProject>;
}

interface ShownProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
}

function Shown({ place, project }: ShownProps) {
  const name = useNames().version ?? "";
  const { version: found, isPending, error } = useVersion(project, name);
  if (error !== null) return <FaultAlert error={error} />;
  if (isPending) return <Spinner size="large" />;
  return (
    <VersionFrame project={place} name={name} version={found} tab="evaluation">
      {(version) =>
        hasModel(version) ? (
          <Loaded key={version.arn} place={place} project={project} version={version} />
        ) : (
          <Without place={place} version={version} />
        )
      }
    </VersionFrame>
  );
}

interface WithoutProps {
  readonly place: ProjectPlace;
  readonly version: VersionFacts;
}

/** What stands there of a version that has no model. */
function Without({ place, version }: WithoutProps) {
  const t = useText();
  const { state, message, name } = version;
  const route = routeOfVersion(place, name);
  if (state === "failed" || state === "copyFailed") {
    return (
      <Alert type="error" header={t(state)}>
        <Sentence text={message} /> <RouteLink to={route}>{t("toOverview")}</RouteLink>
      </Alert>
    );
  }
  const reason = state === "training" || state === "copying" || state === "archived" ? state : "deleting";
  return (
    <Alert type="info" header={t(reason)}>
      {t(`${reason}Help`)} <RouteLink to={route}>{t("toOverview")}</RouteLink>
    </Alert>
  );
}

interface LoadedProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
}

function Loaded({ place, project, version }: LoadedProps) {
  const t = useText();
  const query = useColumns(project, version.arn);
  const ranked = useMemo(() => query.data?.labels.map(rank) ?? [], [query.data]);
  if (query.isError) {
    const isMissing = asFault(query.error).status === 404;
    return isMissing ? (
      <Alert type="info" header={t("noEvaluation")}>
        {t("noEvaluationHelp")}
      </Alert>
    ) : (
      <FaultAlert error={query.error} onRetry={() => void query.refetch()} />
    );
  }
  if (query.isPending) return <Spinner size="large" />;
  if (query.data.pictures.length === 0) {
    return (
      <Alert type="info" header={t("noPictures")}>
        {t("noPicturesHelp")} <RouteLink to={`${place.route}/datasets/test`}>{t("toTestPictures")}</RouteLink>
      </Alert>
    );
  }
  return <Board place={place} project={project} version={version} columns={query.data} ranked={ranked} />;
}
