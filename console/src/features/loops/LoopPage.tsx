/** One loop: where it is, what each stage did, and what it was begun with. */
import Alert from "@cloudscape-design/components/alert";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
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
import { LoopSign } from "./Sign";
import { nameOf, personOf } from "./stages";
import { Stages } from "./Stages";
import { useText } from "./text";
import "./loops.css";

const EVERY_MS = 1500;

interface ShownProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly loop: Own.LoopDescription;
  /** Says that it is about to be deleted: from then on nothing is asked of it. */
  readonly onDelete: () => void;
}

function Facts({ loop }: { readonly loop: Own.LoopDescription }) {
  const t = useText();
  const formats = useFormats();
  const { Address: address, DatasetType: type, AliasName: alias } = loop;
  const items = [
    {
      label: t("pictures"),
      value: address === undefined ? t(`from_${type ?? "train"}`) : <bdi>{address}</bdi>,
    },
    { label: t("alias"), value: alias === undefined ? t("aliasNone") : <bdi>{alias}</bdi> },
    { label: t("most"), value: formats.number(loop.MaxPictures ?? 0) },
    { label: t("testShare"), value: formats.percent(loop.TestShare ?? 0) },
    { label: t("words"), value: loop.Automatic === true ? t("automatic") : t("asks") },
    { label: t("oldVersion"), value: loop.StopOld === false ? t("keepOld") : t("stopOld") },
    { label: t("actsFor"), value: <bdi>{personOf(loop.CreatedBy ?? "")}</bdi> },
    { label: t("created"), value: formats.date(loop.CreationDate) },
  ];
  return (
    <Container header={<Header variant="h2">{t("about")}</Header>}>
      <div className="loops-facts">
        <KeyValuePairs columns={2} items={items} />
      </div>
    </Container>
  );
}

/** The pictures that people are asked about: an address each, and the dataset that it went into. */
function Pictures({ loop }: { readonly loop: Own.LoopDescription }) {
  const t = useText();
  const pictures = loop.Pictures ?? [];
  return (
    <ExpandableSection variant="container" headerText={t("chosenTitle", { count: pictures.length })}>
      <ul className="loops-pictures">
        {pictures.map(({ SourceRef: source = "", DatasetType: type = "train" }) => (
          <li key={source}>
            <img
              alt=""
              loading="lazy"
              src={`/console/api/thumbnail?${new URLSearchParams({ source, side: "256" }).toString()}`}
            />
            <span className="loops-name" title={source}>
              <bdi>{nameOf(source)}</bdi>
            </span>
            <span className="loops-side">{t(`side_${type}`)}</span>
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}

function Outcome({ loop }: { readonly loop: Own.LoopDescription }) {
  const t = useText();
  const message = <Sentence text={loop.Message ?? ""} />;
  if (loop.Status === "failed") {
    return (
      <Alert type="error" header={t("failed")}>
        {message} {t("failedHelp")}
      </Alert>
    );
  }
  if (loop.Status === "stopped") return <Alert type="info">{t("stoppedHelp")}</Alert>;
  if (loop.Status === "done") {
    return <Alert type={loop.Verdict === "better" ? "success" : "info"}>{message}</Alert>;
  }
  return loop.NeedsConfirmation === true ? <Alert type="info">{message}</Alert> : null;
}

function Shown({ project, route, loop, onDelete }: ShownProps) {
  const t = useText();
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          info={<LoopSign loop={loop} />}
          description={t("ofVersion", { version: loop.VersionName ?? "" })}
          actions={<Actions project={project} route={route} loop={loop} onDelete={onDelete} />}
        >
          <bdi>{loop.LoopName}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Outcome loop={loop} />
        <Stages project={project} route={route} loop={loop} />
        {(loop.Pictures ?? []).length > 0 && <Pictures loop={loop} />}
        <Facts loop={loop} />
      </SpaceBetween>
    </ContentLayout>
  );
}

function Found({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const id = useNames().loop ?? "";
  const [isGone, setGone] = useState(false);
  const query = useCall(
    "vedette",
    "DescribeLoop",
    { ProjectArn: project.arn, LoopId: id },
    { everyMs: EVERY_MS, isEnabled: !isGone },
  );
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  const loop = query.data?.Loop;
  if (loop === undefined || isGone) return <Spinner size="large" />;
  return <Shown project={project} route={route} loop={loop} onDelete={() => setGone(true)} />;
}

export function LoopPage() {
  const t = useText();
  const { route: above } = useProjectPlace();
  return (
    <OfProject title={t("loop")} below={[{ text: t("loops"), to: `${above}/loops` }]}>
      {(project, route) => <Found project={project} route={route} />}
    </OfProject>
  );
}
