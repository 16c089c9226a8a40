/** The labelling page: finds the project of the address, and opens the workplace of its dataset. */

import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useProjectArn, useRegion, useSignedIn } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { hrefOf } from "../../ui/links";
import { usePage } from "../../ui/page";
import { Middle, NotFoundPage } from "../../ui/states";
import type { Mode } from "./keymap";
import "./labelling.css";
import { isShow, type LabelService, type Place } from "./place";
import { targetOf } from "./targets/choose";
import { isOrder } from "./targets/orders";
import type { LabelTarget, ListView } from "./targets/target";
import { useText } from "./text";
import { Workplace } from "./workplace";
import { WorkplaceView } from "./WorkplaceView";
import { segmentOf, useNames } from "../../ui/address";

export function LabelPage() {
  const { service, project, type } = useNames();
  const region = useRegion();
  const isService = service === "rekognition" || service === "lookoutvision";
  if (!isService || project === undefined || (type !== "train" && type !== "test")) {
    return <NotFoundPage />;
  }
  const key = `${region} ${service} ${project} ${type}`;
  return <Finder key={key} service={service} project={project} type={type} />;
}

interface FinderProps {
  readonly service: LabelService;
  readonly project: string;
  readonly type: "train" | "test";
}

function Finder({ service, project, type }: FinderProps) {
  const t = useText();
  const { account, arn: person } = useSignedIn();
  const region = useRegion();
  const found = useProjectArn(service, project);
  // Once open a page stays: labels wait in it, also where the project was deleted or the server is away for now.
  const [opened, setOpened] = useState<string>();
  if (found.arn !== undefined && found.arn !== opened) setOpened(found.arn);
  const projectArn = found.arn ?? opened;
  usePage({
    title: t("title"),
    isFull: true,
    crumbs: [
      { text: t("projects"), to: "/projects" },
      { text: project, to: `/projects/${service}/${segmentOf(project)}` },
      { text: type === "train" ? t("train") : t("test"), to: datasetRoute(service, project, type) },
    ],
  });
  if (projectArn !== undefined) {
    return <Opener place={{ service, project, projectArn, type, region, account, person }} />;
  }
  if (found.error !== null) {
    return <FaultAlert error={found.error} onRetry={found.retry} />;
  }
  return (
    <Middle>
      <Spinner size="large" />
    </Middle>
  );
}

export function datasetRoute(service: string, project: string, type: string): string {
  return `/projects/${service}/${segmentOf(project)}/datasets/${type}`;
}

function modeOf(text: string | null, service: LabelService): Mode {
  if (service === "lookoutvision") {
    return "masks";
  }
  return text === "boxes" ? "boxes" : "labels";
}

function Opener({ place }: { readonly place: Place }) {
  const [search] = useSearchParams();
  const show = search.get("show");
  const shown = isShow(show) ? show : "all";
  const order = search.get("order");
  const ordered = isOrder(order) ? order : "position";
  const target = targetOf(place, search);
  return (
    <Open
      key={`${target.scope} ${shown} ${ordered}`}
      place={place}
      target={target}
      show={shown}
      order={ordered}
    />
  );
}

interface OpenProps extends ListView {
  readonly place: Place;
  readonly target: LabelTarget;
}

function Open({ place, target, show, order }: OpenProps) {
  const { service, project, type } = place;
  const [search, setSearch] = useSearchParams();
  const navigate = useNavigate();
  const t = useText();
  const [work] = useState(() => new Workplace(place, target, { show, order }));
  useEffect(() => {
    void work.open(new URLSearchParams(window.location.search).get("entry") ?? undefined);
    return () => work.close();
  }, [work]);
  const trial = search.get("trial");
  const back =
    trial === null
      ? datasetRoute(service, project, type)
      : `/projects/${service}/${segmentOf(project)}/trials/${segmentOf(trial)}`;
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
      mode={modeOf(search.get("mode"), service)}
      show={show}
      order={order}
      onChange={change}
      exit={
        <Button
          iconName="close"
          variant="icon"
          ariaLabel={t(trial === null ? "exit" : "exitTrial")}
          href={hrefOf(back)}
          onFollow={(event) => {
            event.preventDefault();
            void navigate(back);
          }}
        />
      }
    />
  );
}
