/** How well a version does: figures, thresholds with their curves and galleries, confusions, reliability. */
import Alert from "@cloudscape-design/components/alert";
import Spinner from "@cloudscape-design/components/spinner";
import { useMemo } from "react";
import { asFault, type ProjectFacts, type VersionFacts } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { NotFound } from "../../ui/states";
import { VersionFrame } from "../../ui/version";
import { Board } from "./Board";
import { rank } from "./counting";
import "./evaluation.css";
import { useColumns, useEvaluationPlace, type EvaluationPlace } from "./place";
import { useText } from "./text";
import { segmentOf } from "../../ui/address";

export function EvaluationPage() {
  const place = useEvaluationPlace();
  const { project } = place;
  if (project.isError) return <FaultAlert error={project.error} onRetry={() => void project.refetch()} />;
  if (project.isPending) return <Spinner size="large" />;
  if (project.data === null) return <NotFound />;
  const version = project.data.versions.find(({ name }) => name === place.versionName);
  return (
    <VersionFrame project={place} name={place.versionName} version={version} tab="evaluation">
      {version !== undefined && hasModel(version) ? (
        <Loaded key={version.arn} place={place} project={project.data} version={version} />
      ) : (
        <Without place={place} version={version} />
      )}
    </VersionFrame>
  );
}

interface WithoutProps {
  readonly place: EvaluationPlace;
  readonly version: VersionFacts | undefined;
}

/** What stands there of a version that has no model. */
function Without({ place, version }: WithoutProps) {
  const t = useText();
  const route = `${place.route}/versions/${segmentOf(place.versionName)}`;
  if (version === undefined) {
    return (
      <Alert type="info" header={t("gone", { name: place.versionName })}>
        {t("goneHelp")} <RouteLink to={`${place.route}/versions`}>{t("toVersions")}</RouteLink>
      </Alert>
    );
  }
  const { state, message } = version;
  if (state === "failed" || state === "copyFailed") {
    return (
      <Alert type="error" header={t(state)}>
        <Sentence text={message} /> <RouteLink to={route}>{t("toOverview")}</RouteLink>
      </Alert>
    );
  }
  const reason = state === "training" || state === "copying" ? state : "deleting";
  return (
    <Alert type="info" header={t(reason)}>
      {t(`${reason}Help`)} <RouteLink to={route}>{t("toOverview")}</RouteLink>
    </Alert>
  );
}

interface LoadedProps {
  readonly place: EvaluationPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
}

function Loaded({ place, project, version }: LoadedProps) {
  const t = useText();
  const query = useColumns(version.arn, true);
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
