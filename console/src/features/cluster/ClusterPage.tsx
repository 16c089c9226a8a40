/** The nodes that trainings and units run on, what of the account is where, and why something waits. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useCall, useChange, type Own } from "../../api";
import { Sentence } from "../../sentences";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { useUiText } from "../../ui/text";
import { NodeTable } from "./NodeTable";
import { useText } from "./text";
import { WaitTable, WorkTable } from "./WorkTables";

type Answer = Own.DescribeClusterResponse;

const EVERY_MS = 3_000;
const NOTHING: Answer = { Engine: "local", Nodes: [], Work: [], Waiting: [], Quota: {} };

function Quota({ quota }: { readonly quota: Own.ClusterQuota }) {
  const t = useText();
  const { MostTrainings = 0, Trainings = 0, MostUnits = 0, Units = 0 } = quota;
  return (
    <>
      {MostTrainings > 0 && <Box>{t("quotaTrainings", { count: Trainings, most: MostTrainings })}</Box>}
      {MostUnits > 0 && <Box>{t("quotaUnits", { count: Units, most: MostUnits })}</Box>}
    </>
  );
}

function DrainDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const t = useText();
  const drain = useChange("vedette", "DrainNode", [["vedette", "DescribeCluster"]]);
  return (
    <Confirm
      title={t("drainTitle", { name })}
      action={t("drain")}
      isBusy={drain.isPending}
      error={drain.error}
      onClose={onClose}
      onConfirm={() => drain.mutate({ NodeName: name }, { onSuccess: onClose })}
    >
      {t("drainHelp")}
    </Confirm>
  );
}

/** What there is to see of an answer; nothing of it needs to be known before it is there. */
function Contents({
  answer,
  isLoading,
}: {
  readonly answer: Answer | undefined;
  readonly isLoading: boolean;
}) {
  const t = useText();
  const [draining, setDraining] = useState<string | null>(null);
  const resume = useChange("vedette", "ResumeNode", [["vedette", "DescribeCluster"]]);
  const {
    Nodes,
    Waiting,
    Work,
    Quota: quota,
    Problem = "",
    MayDrain = false,
    OthersWaiting = 0,
  } = answer ?? NOTHING;
  return (
    <SpaceBetween size="l">
      {resume.error !== null && <FaultAlert error={resume.error} />}
      {Problem !== "" && (
        <Alert type="error" header={t("troubled")}>
          <Sentence text={Problem} />
        </Alert>
      )}
      <NodeTable
        nodes={Nodes}
        isLoading={isLoading}
        mayDrain={MayDrain}
        onDrain={setDraining}
        onResume={(name) => resume.mutate({ NodeName: name })}
      />
      <WaitTable rows={Waiting} others={OthersWaiting} />
      <WorkTable rows={Work} />
      <Quota quota={quota} />
      {draining !== null && <DrainDialog name={draining} onClose={() => setDraining(null)} />}
    </SpaceBetween>
  );
}

export function ClusterPage() {
  const t = useText();
  const ui = useUiText();
  const query = useCall("vedette", "DescribeCluster", {}, { everyMs: EVERY_MS });
  usePage({ title: ui("cluster"), crumbs: [{ text: "Vedette", to: "/" }] });
  const where =
    query.data?.Engine === "ray" ? t("onRay", { address: query.data.Address ?? "" }) : t("onServers");
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={query.data === undefined ? "" : where}>
          {ui("cluster")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        <Contents answer={query.data} isLoading={query.isPending} />
      </SpaceBetween>
    </ContentLayout>
  );
}
