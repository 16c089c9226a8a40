/** A project's two datasets side by side: what they hold, what is missing, and how pictures come in. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Grid from "@cloudscape-design/components/grid";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";
import { call, queryClient, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { hasUpload } from "../../intake/running";
import { UploadPanel } from "../../intake/UploadPanel";
import { ExportButton, WaysIn } from "./capture/Ways";
import { useCrumbs } from "../../ui/crumbs";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { TryUnlabelled } from "../../ui/trials";
import "./gallery/gallery.css";
import { Failure } from "./Failure";
import { useLabels, type ProjectLabel } from "./labels";
import {
  makeDataset,
  useCounts,
  usePlace,
  useProject,
  type DatasetType,
  type ProjectFacts,
  type ProjectPlace,
} from "./project";
import { SuggestionsPanel } from "./suggestions/SuggestionsPanel";
import { useText } from "./text";

/** Below so many pictures a label both services learn little. */
const FEW = 10;
/** A label with a tenth of the largest one's pictures is seldom learnt well. */
const UNEVEN = 10;

export function DatasetsPage() {
  const t = useText();
  const place = usePlace();
  const project = useProject(place);
  usePage({
    title: t("datasetsOf", { name: place.name }),
    crumbs: useCrumbs(place),
  });
  const { arn } = project;
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={t("datasetsIntro")}>
          {t("datasets")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {project.error !== null && <FaultAlert error={project.error} onRetry={project.reload} />}
        {arn !== undefined && (
          <Grid gridDefinition={[{ colspan: { default: 12, xs: 6 } }, { colspan: { default: 12, xs: 6 } }]}>
            <DatasetCard place={place} project={project} arn={arn} type="train" />
            <DatasetCard place={place} project={project} arn={arn} type="test" />
          </Grid>
        )}
        {arn !== undefined && project.types.length > 0 && (
          <SuggestionsPanel place={place} arn={arn} types={project.types} />
        )}
        {arn !== undefined && place.service === "rekognition" && <Distribute arn={arn} project={project} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

interface CardProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly arn: string;
  readonly type: DatasetType;
}

function DatasetCard({ place, project, arn, type }: CardProps) {
  const t = useText();
  const navigate = useNavigate();
  const isThere = project.types.includes(type);
  // Held here: a first dataset that comes into being must not fold its own upload away.
  const [isOpen, setOpen] = useState((!isThere && type === "train") || hasUpload(arn, type));
  const counts = useCounts(arn, type, isThere);
  const total = counts.data?.Total ?? 0;
  const route = `${place.route}/${type}`;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={isThere ? `(${String(total)})` : undefined}
          description={t(type === "train" ? "trainHelp" : "testHelp")}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <ExportButton route={route} isDisabled={!isThere || total === 0} />
              <Button disabled={!isThere} onClick={() => void navigate(`${route}/history`)}>
                {t("history")}
              </Button>
              <Button disabled={!isThere} onClick={() => void navigate(`${route}/snapshots`)}>
                {t("snapshots")}
              </Button>
              <Button disabled={!isThere || total === 0} onClick={() => void navigate(`${route}/rounds`)}>
                {t("labellingRounds")}
              </Button>
              <Button
                variant="primary"
                disabled={!isThere || total === 0}
                onClick={() => void navigate(route)}
              >
                {t("openGallery")}
              </Button>
            </SpaceBetween>
          }
        >
          {t(type)}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <Failure key="failure" state={project.states.get(type)} />
        {/* Keys, since what comes and goes above would otherwise take the upload's place and end it. */}
        {counts.error === null ? (
          <Contents key="contents" place={place} arn={arn} type={type} route={route} counts={counts.data} />
        ) : (
          <FaultAlert key="fault" error={counts.error} onRetry={() => void counts.refetch()} />
        )}
        <ExpandableSection
          key="add"
          headerText={t("addPictures")}
          expanded={isOpen}
          onChange={({ detail }) => setOpen(detail.expanded)}
        >
          <SpaceBetween size="m">
            <UploadPanel
              key="upload"
              arn={arn}
              service={place.service}
              type={type}
              onBegin={async () => {
                if (!isThere) await makeDataset(place, arn, type);
              }}
            />
            <WaysIn key="ways" route={route} />
            <Button
              key="import"
              iconName="add-plus"
              onClick={() => void navigate(`${place.route}/new?type=${type}`)}
            >
              {t("addByImport")}
            </Button>
          </SpaceBetween>
        </ExpandableSection>
      </SpaceBetween>
    </Container>
  );
}

interface ContentsProps {
  readonly place: ProjectPlace;
  readonly arn: string;
  readonly type: DatasetType;
  readonly route: string;
  readonly counts: Own.CountEntriesResponse | undefined;
}

function Contents({ place, arn, type, route, counts }: ContentsProps) {
  const t = useText();
  if (counts === undefined || (counts.Total ?? 0) === 0) {
    return <Box color="text-body-secondary">{t(type === "train" ? "trainEmpty" : "testEmpty")}</Box>;
  }
  const unlabelled = (counts.Total ?? 0) - (counts.Labeled ?? 0) - (counts.Unsure ?? 0);
  return (
    <SpaceBetween size="m">
      <Facts route={route} counts={counts} />
      <TryUnlabelled project={place} type={type} count={unlabelled} />
      <LabelBars place={place} arn={arn} counts={counts} />
    </SpaceBetween>
  );
}

function Facts({ route, counts }: { readonly route: string; readonly counts: Own.CountEntriesResponse }) {
  const t = useText();
  const formats = useFormats();
  const unlabelled = (counts.Total ?? 0) - (counts.Labeled ?? 0) - (counts.Unsure ?? 0);
  const link = (count: number, query: string) => (
    <RouteLink to={`${route}?${query}`}>{formats.number(count)}</RouteLink>
  );
  return (
    <KeyValuePairs
      columns={3}
      items={[
        { label: t("labelledCount"), value: link(counts.Labeled ?? 0, "labelled=yes") },
        { label: t("unlabelledCount"), value: link(unlabelled, "labelled=no") },
        { label: t("unsureCount"), value: link(counts.Unsure ?? 0, "unsure=yes") },
        { label: t("errorsCount"), value: link(counts.Errors ?? 0, "errors=yes") },
        { label: t("sharedCount"), value: link(counts.Shared ?? 0, "shared=yes") },
      ]}
    />
  );
}

const SHOWN_BARS = 12;

interface LabelBarsProps {
  readonly place: ProjectPlace;
  readonly arn: string;
  readonly counts: Own.CountEntriesResponse;
}

/** The labels in use, the most frequent first. */
function useBars({ place, arn, counts }: LabelBarsProps): ProjectLabel[] {
  const isLookout = place.service === "lookoutvision";
  const labels = useLabels(arn, counts, isLookout);
  const classes = { normal: counts.Normal ?? 0, anomaly: counts.Anomaly ?? 0 };
  const countOf = (label: ProjectLabel) =>
    isLookout && (label.name === "normal" || label.name === "anomaly") ? classes[label.name] : label.pictures;
  return labels
    .map((label) => ({ ...label, pictures: countOf(label) }))
    .filter((bar) => bar.pictures > 0)
    .sort((a, b) => b.pictures - a.pictures);
}

function LabelBars(props: LabelBarsProps) {
  const t = useText();
  const formats = useFormats();
  const [isWhole, setWhole] = useState(false);
  const bars = useBars(props);
  const most = bars[0]?.pictures ?? 1;
  const shown = isWhole ? bars : bars.slice(0, SHOWN_BARS);
  return (
    <SpaceBetween size="xs">
      <Box variant="h4">{t("byLabel")}</Box>
      {shown.map((bar) => (
        <div key={bar.name}>
          <div className="gallery-line bar-line">
            <bdi>{bar.name}</bdi>
            <Box color="text-body-secondary">{formats.number(bar.pictures)}</Box>
          </div>
          <div className="bar-track" aria-hidden="true">
            <div style={{ inlineSize: `${String((100 * bar.pictures) / most)}%`, background: bar.colour }} />
          </div>
        </div>
      ))}
      {bars.length > shown.length && (
        <Button variant="inline-link" onClick={() => setWhole(true)}>
          {t("showAllLabels", { count: bars.length })}
        </Button>
      )}
      <Balance bars={bars} most={most} />
    </SpaceBetween>
  );
}

function namesOf(bars: readonly ProjectLabel[]): string {
  return bars
    .slice(0, 5)
    .map((bar) => bar.name)
    .join(", ");
}

/** Too few pictures and uneven ones, said in words. */
function Balance({ bars, most }: { readonly bars: readonly ProjectLabel[]; readonly most: number }) {
  const t = useText();
  const few = bars.filter((bar) => bar.pictures < FEW);
  const uneven = bars.filter((bar) => bar.pictures >= FEW && bar.pictures * UNEVEN < most);
  return (
    <SpaceBetween size="xs">
      {few.length > 0 && <Alert type="warning">{t("tooFew", { names: namesOf(few), least: FEW })}</Alert>}
      {uneven.length > 0 && <Alert type="info">{t("unevenLabels", { names: namesOf(uneven) })}</Alert>}
    </SpaceBetween>
  );
}

function datasetArn(
  projectArn: string,
  datasets: readonly {
    readonly DatasetType?: string | undefined;
    readonly DatasetArn?: string | undefined;
  }[],
  type: string,
): string {
  return datasets.find((dataset) => dataset.DatasetType === type)?.DatasetArn ?? projectArn;
}

/** Moves a fifth of every label into the test dataset, after saying how many that are. */
function Distribute({ arn, project }: { readonly arn: string; readonly project: ProjectFacts }) {
  const t = useText();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const train = useCounts(arn, "train", project.types.includes("train"));
  const test = useCounts(arn, "test", project.types.includes("test"));
  const isTestEmpty = (test.data?.Total ?? 0) === 0;
  const labels = train.data?.Labels ?? [];
  if ((train.data?.Total ?? 0) === 0 || !isTestEmpty) return null;
  const distribute = async () => {
    setBusy(true);
    setError(null);
    try {
      if (!project.types.includes("test")) {
        await call("rekognition", "CreateDataset", { ProjectArn: arn, DatasetType: "TEST" });
      }
      const name = /:project\/([^/]+)/u.exec(arn)?.[1] ?? "";
      const described = await call("rekognition", "DescribeProjects", { ProjectNames: [name] });
      const datasets = described.ProjectDescriptions?.[0]?.Datasets ?? [];
      await call("rekognition", "DistributeDatasetEntries", {
        Datasets: [{ Arn: datasetArn(arn, datasets, "TRAIN") }, { Arn: datasetArn(arn, datasets, "TEST") }],
      });
      await queryClient.invalidateQueries();
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("distributeHelp")}
          actions={
            <Button loading={isBusy} onClick={() => void distribute()}>
              {t("distribute")}
            </Button>
          }
        >
          {t("distributeTitle")}
        </Header>
      }
    >
      {error !== null && <FaultAlert error={error} />}
      <Box color="text-body-secondary">
        {labels
          .slice(0, SHOWN_BARS)
          .map((label) => {
            const count = label.Pictures ?? 0;
            const moved = Math.round(count / 5);
            return `${label.Name ?? ""}: ${String(count - moved)} + ${String(moved)}`;
          })
          .join(" · ")}
      </Box>
    </Container>
  );
}
