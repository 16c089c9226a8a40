/** An import as it is now: sending, being read, ready to be looked through, running, done. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useEffect, useRef, useSyncExternalStore, type ReactNode } from "react";
import { useNavigate } from "react-router";
import { call, currentRegion, queryClient } from "../../api";
import type { Waiting } from "../../intake/uploader";
import { watchWork } from "../../intake/watching";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { refreshImport, useImport, type Import, type WizardPlace } from "./place";
import { Preview } from "./Preview";
import { Problems } from "./Problems";
import { senderOf, type ImportSender } from "./sender";
import { useText } from "./text";

interface ImportViewProps {
  readonly place: WizardPlace;
  readonly arn: string;
}

export function ImportView({ place, arn }: ImportViewProps) {
  const query = useImport(arn, place.importId);
  const facts = query.data;
  const status = facts?.Status;
  const before = useRef(status);
  useEffect(() => {
    const ended = before.current === "running" && status === "done";
    if (status === "running") {
      // Its end is told on whatever page is shown by then.
      const route = `${place.route}/${place.type}`;
      watchWork({
        kind: "import",
        arn,
        id: place.importId,
        region: currentRegion(),
        name: place.name,
        route,
      });
    }
    if (ended) void queryClient.invalidateQueries();
    else if (before.current !== status) {
      void queryClient.invalidateQueries({ queryKey: ["vedette", "ListImportLines"] });
    }
    before.current = status;
  }, [status, arn, place]);
  if (query.error !== null) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (facts === undefined) return <Spinner />;
  if (status === "open") return <Sending place={place} />;
  if (status === "done") return <Done place={place} facts={facts} />;
  if (status === "failed" || status === "cancelled") return <Failed place={place} facts={facts} />;
  if (status !== "ready") return <Working arn={arn} facts={facts} />;
  return (
    <SpaceBetween size="l">
      {(facts.Message ?? "") !== "" && (
        <Alert type="warning">
          <Sentence text={facts.Message ?? ""} />
        </Alert>
      )}
      <Preview place={place} arn={arn} facts={facts} />
      <Problems arn={arn} facts={facts} />
    </SpaceBetween>
  );
}

function Sending({ place }: { readonly place: WizardPlace }) {
  const t = useText();
  const sender = senderOf(place.importId);
  // The page was loaded anew: its files are gone from it.
  if (sender === undefined) return <Again place={place}>{t("filesGone")}</Again>;
  return <SendProgress place={place} sender={sender} />;
}

/** Says what became of the files, and goes back to choosing them: what was sent is not sent again. */
function Again({ place, children }: { readonly place: WizardPlace; readonly children: ReactNode }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <Alert
      type="info"
      action={
        <Button onClick={() => void navigate(`${place.route}/new?type=${place.type}`)}>
          {t("startOver")}
        </Button>
      }
    >
      {children}
    </Alert>
  );
}

function SendWait({ waiting }: { readonly waiting: Waiting }) {
  const t = useText();
  if (waiting === "") return null;
  const text =
    waiting === "signedOut" ? t("sendSignedOut") : waiting === "full" ? t("sendFull") : t("sendWaits");
  return <Alert type="warning">{text}</Alert>;
}

function SendProgress({ place, sender }: { readonly place: WizardPlace; readonly sender: ImportSender }) {
  const t = useText();
  const state = useSyncExternalStore(sender.subscribe, sender.state);
  useEffect(() => {
    if (state.isOver) void refreshImport();
  }, [state.isOver]);
  if (state.isForeign) return <Again place={place}>{t("sendForeign")}</Again>;
  if (state.error !== null) {
    return (
      <SpaceBetween size="m">
        <FaultAlert error={state.error} />
        <Again place={place}>{t("sendEnded")}</Again>
      </SpaceBetween>
    );
  }
  return (
    <Container>
      <SpaceBetween size="s">
        <ProgressBar
          value={state.total === 0 ? 100 : (100 * state.done) / state.total}
          label={t("sending")}
          additionalInfo={t("sent", { done: state.done, total: state.total })}
        />
        <SendWait waiting={state.waiting} />
        <Box color="text-body-secondary">{t("stayHere")}</Box>
      </SpaceBetween>
    </Container>
  );
}

function Working({ arn, facts }: { readonly arn: string; readonly facts: Import }) {
  const t = useText();
  const done = facts.Done ?? 0;
  const total = facts.Total ?? 0;
  const stop = async () => {
    await call("vedette", "CancelImport", { ProjectArn: arn, ImportId: facts.ImportId ?? "" });
    await refreshImport();
  };
  const label = facts.Status === "running" ? "running" : facts.Status === "mending" ? "mending" : "reading";
  return (
    <Container>
      <SpaceBetween size="s">
        {total > 0 ? (
          <ProgressBar
            value={(100 * done) / total}
            label={t(label)}
            additionalInfo={t("sent", { done, total })}
          />
        ) : (
          // How much there is shows only at its end: a bar would stand at nothing meanwhile.
          <StatusIndicator type="loading">
            {t(label)} · {t("readSoFar", { count: done })}
          </StatusIndicator>
        )}
        <Box color="text-body-secondary">{t("leaveHelp")}</Box>
        <Button onClick={() => void stop()}>{t("stop")}</Button>
      </SpaceBetween>
    </Container>
  );
}

function Failed({ place, facts }: { readonly place: WizardPlace; readonly facts: Import }) {
  const t = useText();
  const navigate = useNavigate();
  return (
    <Alert
      type={facts.Status === "failed" ? "error" : "info"}
      header={t(facts.Status === "failed" ? "failed" : "cancelled")}
      action={
        <Button onClick={() => void navigate(`${place.route}/new?type=${place.type}`)}>
          {t("startOver")}
        </Button>
      }
    >
      <Sentence text={facts.Message ?? ""} />
    </Alert>
  );
}

function Done({ place, facts }: { readonly place: WizardPlace; readonly facts: Import }) {
  const t = useText();
  const navigate = useNavigate();
  const { Added = 0, Replaced = 0, Present = 0, Train = 0, Test = 0 } = facts.Result ?? {};
  const type = facts.DatasetType ?? "train";
  const isDivided = facts.Options?.Divide === true;
  return (
    <Container header={<Header variant="h2">{t("done")}</Header>}>
      <SpaceBetween size="m">
        <Box>
          {t("doneSum", { added: Added, replaced: Replaced, present: Present })}{" "}
          {isDivided && t("doneSplit", { train: Train, test: Test })}
        </Box>
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="primary" onClick={() => void navigate(`${place.route}/${type}`)}>
            {t("openGallery")}
          </Button>
          {type === "train" && !isDivided && !place.types.includes("test") && (
            <Button onClick={() => void navigate(`${place.route}/new?type=test`)}>{t("addTest")}</Button>
          )}
          <Button onClick={() => void navigate(`${place.route}/new?type=${type}`)}>{t("addMore")}</Button>
        </SpaceBetween>
      </SpaceBetween>
    </Container>
  );
}
