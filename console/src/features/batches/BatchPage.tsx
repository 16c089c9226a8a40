/** One batch: how far it is, what came of its pictures, and those that a person should look at. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { useNames } from "../../ui/address";
import { FaultAlert } from "../../ui/faults";
import { OfProject, useProjectPlace } from "../../ui/ofProject";
import { Actions } from "./Actions";
import { Doubtful } from "./Doubtful";
import { personOf } from "./places";
import { BatchSign, isUnderWay } from "./Sign";
import { Summary } from "./Summary";
import { useText } from "./text";
import "./batches.css";

const EVERY_MS = 1500;

interface ShownProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly batch: Own.BatchDescription;
  /** Says that it is about to be deleted: from then on nothing is asked of it. */
  readonly onDelete: () => void;
}

function Progress({ batch }: { readonly batch: Own.BatchDescription }) {
  const t = useText();
  const formats = useFormats();
  const { Done = 0, Total = 0, Status } = batch;
  return (
    <ProgressBar
      label={Status === "listing" ? t("listing") : t("looking")}
      description={t("countOf", { count: formats.number(Done), total: formats.number(Total) })}
      additionalInfo={t("leaveHelp")}
      value={(100 * Done) / Math.max(1, Total)}
    />
  );
}

function Facts({ batch }: { readonly batch: Own.BatchDescription }) {
  const t = useText();
  const formats = useFormats();
  const { MinConfidence, CreatedBy = "", ModelArn, PackageDigest = "" } = batch;
  const items = [
    { label: t("source"), value: <bdi>{batch.Source}</bdi> },
    { label: t("address"), value: <bdi>{batch.Address}</bdi> },
    { label: t("createdBy"), value: <bdi>{personOf(CreatedBy)}</bdi> },
    { label: t("created"), value: formats.date(batch.CreationDate) },
    ...(MinConfidence === undefined
      ? []
      : [{ label: t("least"), value: formats.percent(MinConfidence / 100) }]),
    ...(ModelArn === undefined
      ? []
      : [
          { label: t("model"), value: <bdi>{ModelArn}</bdi> },
          { label: t("package"), value: <bdi>{PackageDigest}</bdi> },
        ]),
  ];
  return (
    <Container header={<Header variant="h2">{t("about")}</Header>}>
      <div className="batches-facts">
        <KeyValuePairs columns={2} items={items} />
      </div>
    </Container>
  );
}

function Shown({ project, route, batch, onDelete }: ShownProps) {
  const t = useText();
  const { Message = "", Done = 0, Failed = 0, Doubtful: doubtful = [] } = batch;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={<BatchSign batch={batch} />}
          description={t("ofVersion", { version: batch.VersionName ?? "" })}
          actions={<Actions project={project} route={route} batch={batch} onDelete={onDelete} />}
        >
          <bdi>{batch.BatchName}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="l">
        {isUnderWay(batch) && <Progress batch={batch} />}
        {batch.Status === "failed" && (
          <Alert type="error" header={t("failed")}>
            <Sentence text={Message} /> {t("resumeHelp")}
          </Alert>
        )}
        {batch.Status === "cancelled" && <Alert type="info">{t("cancelledHelp")}</Alert>}
        {Failed > 0 && <Alert type="warning">{t("unreadable", { count: Failed })}</Alert>}
        <Facts batch={batch} />
        {Done > 0 ? <Summary batch={batch} /> : !isUnderWay(batch) && <Box>{t("nothingYet")}</Box>}
        {doubtful.length > 0 && <Doubtful project={project} route={route} batch={batch} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Found({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const id = useNames().batch ?? "";
  const [isGone, setGone] = useState(false);
  const query = useCall(
    "vedette",
    "DescribeBatchDetection",
    { ProjectArn: project.arn, BatchId: id },
    { everyMs: EVERY_MS, isEnabled: !isGone },
  );
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  const batch = query.data?.Batch;
  if (batch === undefined || isGone) return <Spinner size="large" />;
  return <Shown project={project} route={route} batch={batch} onDelete={() => setGone(true)} />;
}

export function BatchPage() {
  const t = useText();
  const { route: above } = useProjectPlace();
  return (
    <OfProject title={t("batch")} below={[{ text: t("batches"), to: `${above}/batches` }]}>
      {(project, route) => <Found project={project} route={route} />}
    </OfProject>
  );
}
