/** Labelling in a round: finds the round of the address, and opens the workplace of one's own pictures. */

import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useCall, useSignedIn, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { hrefOf } from "../../ui/links";
import { usePage } from "../../ui/page";
import { Middle } from "../../ui/states";
import "./labelling.css";
import { isShow, roundScope, type Place, type Show } from "./place";
import { RejectedList } from "./RejectedDialog";
import { Outbox } from "./saving/outbox";
import { firstOpen, outboxOf, roundTarget, type OpenRound } from "./targets/round";
import { useText } from "./text";
import { useWatched } from "./watched";
import { BROWSER_TIMER, keeperFor, Workplace } from "./workplace";
import { WorkplaceView } from "./WorkplaceView";
import { useNames } from "../../ui/address";

const MY_WORK = "/my-work";

export function RoundLabelPage() {
  const t = useText();
  const id = useNames().round ?? "";
  const { account, arn } = useSignedIn();
  const query = useCall("vedette", "GetMyRound", { RoundId: id });
  const facts = query.data?.Round;
  usePage({
    title: facts?.Name ?? t("title"),
    isFull: true,
    crumbs: [{ text: t("myWork"), to: MY_WORK }],
  });
  // The question is repeated while somebody labels; who loses the network or the round keeps the page, and what
  // was answered there.
  if (query.error !== null && facts === undefined) {
    return (
      <SpaceBetween size="l">
        <FaultAlert error={query.error} onRetry={() => void query.refetch()} />
        <LeftBehind scope={roundScope(arn, id)} id={id} />
      </SpaceBetween>
    );
  }
  if (facts === undefined) {
    return (
      <Middle>
        <Spinner size="large" />
      </Middle>
    );
  }
  const open = { place: placeOf(facts, account, arn), facts, labels: query.data?.Labels ?? [] };
  return <Opener key={id} open={open} />;
}

/** Answers that wait in this browser for a round that its person can no longer open: tried once, then listed. */
function LeftBehind({ scope, id }: { readonly scope: string; readonly id: string }) {
  const t = useText();
  const [outbox] = useState(() => new Outbox(outboxOf(id), keeperFor(scope), BROWSER_TIMER));
  useWatched(outbox);
  useEffect(() => {
    void outbox.open();
    return () => outbox.close();
  }, [outbox]);
  if (outbox.rejected.length === 0) return null;
  return (
    <Container header={<Header variant="h2">{t("rejectedTitle")}</Header>}>
      <RejectedList outbox={outbox} />
    </Container>
  );
}

function placeOf(facts: Own.MyRound, account: string, person: string): Place {
  return {
    service: facts.Service === "lookoutvision" ? "lookoutvision" : "rekognition",
    project: facts.ProjectName ?? "",
    projectArn: facts.ProjectArn ?? "",
    type: facts.DatasetType === "test" ? "test" : "train",
    region: facts.Region ?? "",
    account,
    person,
  };
}

function Opener({ open }: { readonly open: OpenRound }) {
  const [search] = useSearchParams();
  const show = search.get("show");
  const choice = isShow(show) ? show : "all";
  return <Opened key={choice} open={open} show={choice} />;
}

function Opened({ open, show }: { readonly open: OpenRound; readonly show: Show }) {
  const t = useText();
  const navigate = useNavigate();
  const [, setSearch] = useSearchParams();
  const id = open.facts.RoundId ?? "";
  const [work] = useState(() => new Workplace(open.place, roundTarget(open), { show, order: "position" }));
  useEffect(() => {
    const entry = new URLSearchParams(window.location.search).get("entry");
    const start = entry ?? firstOpen(id).catch(() => undefined);
    void Promise.resolve(start).then((first) => work.open(first));
    return () => work.close();
  }, [work, id]);
  const change = (name: string, value: string) =>
    setSearch(
      (before) => {
        before.set(name, value);
        return before;
      },
      { replace: true },
    );
  return (
    <WorkplaceView
      work={work}
      mode={open.facts.Task ?? "labels"}
      show={show}
      order="position"
      onChange={change}
      exit={
        <Button
          iconName="close"
          variant="icon"
          ariaLabel={t("exitRound")}
          href={hrefOf(MY_WORK)}
          onFollow={(event) => {
            event.preventDefault();
            void navigate(MY_WORK);
          }}
        />
      }
    />
  );
}
