/** What a version was trained with: a link a dataset to it as it was then, where it can be looked at and restored. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import { useCall, type DatasetType, type Own, type ProjectFacts } from "../api";
import { useFormats } from "../i18n/context";
import { RouteLink } from "./links";
import { routeOfProject } from "./projects";
import { useUiText } from "./text";

function useSnapshots(project: ProjectFacts, type: DatasetType, version: string) {
  const query = useCall(
    "vedette",
    "ListSnapshots",
    { ProjectArn: project.arn, DatasetType: type, VersionName: version },
    { isEnabled: project.datasets.some((dataset) => dataset.type === type) },
  );
  return query.data?.Snapshots ?? [];
}

interface TrainedWithProps {
  readonly project: ProjectFacts;
  readonly version: string;
}

/** Nothing where no snapshot was kept: of copies, of named manifests, or where it was deleted. */
export function TrainedWith({ project, version }: TrainedWithProps) {
  const t = useUiText();
  const formats = useFormats();
  const train = useSnapshots(project, "train", version);
  const test = useSnapshots(project, "test", version);
  if (train.length + test.length === 0) return null;
  const item = (type: DatasetType) => (snapshot: Own.DatasetSnapshot) => ({
    label: t(type === "train" ? "trainDataset" : "testDataset"),
    value: (
      <RouteLink to={`${routeOfProject(project)}/datasets/${type}/snapshots/${snapshot.SnapshotId ?? ""}`}>
        {t("trainedPictures", {
          count: snapshot.Total ?? 0,
          labelled: formats.number(snapshot.Labeled ?? 0),
        })}
      </RouteLink>
    ),
  });
  return (
    <Container
      header={
        <Header variant="h2" description={t("trainedWithHelp")}>
          {t("trainedWith")}
        </Header>
      }
    >
      <KeyValuePairs columns={2} items={[...train.map(item("train")), ...test.map(item("test"))]} />
    </Container>
  );
}
