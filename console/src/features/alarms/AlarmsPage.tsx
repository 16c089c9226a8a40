/** The account's alarms in a region: what each is about, how it stands, and whom it calls. */
import Button from "@cloudscape-design/components/button";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { usePages, type Monitoring } from "../../api";
import { useFormats } from "../../i18n/context";
import { BeginPage, NothingBegun } from "../../ui/beginning";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { useUiText } from "../../ui/text";
import { routeOfAlarm } from "./alarms";
import { About } from "./About";
import { Called } from "./Called";
import { Model } from "./Model";
import { StateSign } from "./StateSign";
import { TellMe } from "./TellMe";
import { useText } from "./text";
import { useAbout } from "./words";

/** An alarm is judged once a minute. */
const EVERY_MS = 15_000;

interface AlarmTableProps {
  readonly alarms: readonly Monitoring.MetricAlarm[];
  readonly isPending: boolean;
}

function AlarmTable({ alarms, isPending }: AlarmTableProps) {
  const t = useText();
  const ui = useUiText();
  const formats = useFormats();
  const about = useAbout();
  return (
    <Table
      items={alarms}
      trackBy="AlarmName"
      wrapLines
      loading={isPending}
      loadingText={ui("loading")}
      ariaLabels={{ tableLabel: ui("alarms") }}
      empty={<NothingBegun title={t("none")} help={t("noneHelp")} />}
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          minWidth: 150,
          cell: ({ AlarmName = "" }) => (
            <RouteLink to={routeOfAlarm(AlarmName)}>
              <bdi>{AlarmName}</bdi>
            </RouteLink>
          ),
        },
        {
          id: "state",
          header: t("state"),
          minWidth: 135,
          cell: ({ StateValue }) => <StateSign state={StateValue} />,
        },
        {
          id: "since",
          header: t("since"),
          minWidth: 110,
          cell: ({ StateTransitionedTimestamp }) => formats.date(StateTransitionedTimestamp),
        },
        { id: "about", header: t("about"), minWidth: 170, cell: (alarm) => <About text={about(alarm)} /> },
        { id: "model", header: t("model"), minWidth: 130, cell: (alarm) => <Model alarm={alarm} /> },
        { id: "calls", header: t("calls"), minWidth: 100, cell: (alarm) => <Called alarm={alarm} /> },
      ]}
    />
  );
}

export function AlarmsPage() {
  const t = useText();
  const ui = useUiText();
  const [search] = useSearchParams();
  const [isTelling, setTelling] = useState(search.has("project") || search.has("tell"));
  const query = usePages("monitoring", "DescribeAlarms", { MaxRecords: 100 }, { everyMs: EVERY_MS });
  const alarms = (query.data?.pages ?? []).flatMap((page) => page.MetricAlarms ?? []);
  usePage({ title: ui("alarms"), crumbs: [{ text: "Vedette", to: "/" }] });
  return (
    <BeginPage
      title={ui("alarms")}
      help={t("help")}
      action={ui("tellMe")}
      isAble
      query={query}
      onBegin={() => setTelling(true)}
    >
      {!query.isError && <AlarmTable alarms={alarms} isPending={query.isPending} />}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
      {isTelling && <TellMe onClose={() => setTelling(false)} />}
    </BeginPage>
  );
}
