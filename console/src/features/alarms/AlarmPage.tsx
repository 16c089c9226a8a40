/** One alarm: what it is about, how it stands and why, whom it calls, and what happened. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useCall, type Monitoring } from "../../api";
import { useFormats } from "../../i18n/context";
import { useNames } from "../../ui/address";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { NotFound } from "../../ui/states";
import { useUiText } from "../../ui/text";
import { About } from "./About";
import { Actions } from "./Actions";
import { Called } from "./Called";
import { History } from "./History";
import { Model } from "./Model";
import { StateSign } from "./StateSign";
import { useText } from "./text";
import { useAbout } from "./words";

const EVERY_MS = 15_000;

function Facts({ alarm }: { readonly alarm: Monitoring.MetricAlarm }) {
  const t = useText();
  const formats = useFormats();
  const about = useAbout();
  const { AlarmDescription = "", EvaluationPeriods = 1, DatapointsToAlarm = EvaluationPeriods } = alarm;
  return (
    <Container header={<Header variant="h2">{t("facts")}</Header>}>
      <SpaceBetween size="m">
        {AlarmDescription !== "" && (
          <Box>
            <bdi>{AlarmDescription}</bdi>
          </Box>
        )}
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("about"), value: <About text={about(alarm)} /> },
            { label: t("model"), value: <Model alarm={alarm} /> },
            { label: t("calls"), value: <Called alarm={alarm} /> },
            {
              label: t("state"),
              value: (
                <SpaceBetween size="xxs">
                  <StateSign state={alarm.StateValue} />
                  <Box variant="small" color="text-body-secondary">
                    {t("sinceMoment", { moment: formats.date(alarm.StateTransitionedTimestamp) })}
                  </Box>
                </SpaceBetween>
              ),
            },
            { label: t("why"), value: <bdi>{alarm.StateReason}</bdi> },
            {
              label: t("periods"),
              value: t("periodsOf", {
                some: formats.number(DatapointsToAlarm),
                all: formats.number(EvaluationPeriods),
              }),
            },
          ]}
        />
      </SpaceBetween>
    </Container>
  );
}

export function AlarmPage() {
  const ui = useUiText();
  const name = useNames().alarm ?? "";
  const query = useCall(
    "monitoring",
    "DescribeAlarms",
    { AlarmNames: [name] },
    { everyMs: EVERY_MS, isAskedAnew: true },
  );
  usePage({
    title: name,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: ui("alarms"), to: "/alarms" },
    ],
  });
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <Spinner size="large" />;
  const alarm = query.data.MetricAlarms?.[0];
  if (alarm === undefined) return <NotFound />;
  return (
    <ContentLayout
      header={
        <Header variant="h1" actions={<Actions alarm={alarm} name={name} />}>
          <bdi>{name}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="l">
        <Facts alarm={alarm} />
        <History name={name} />
      </SpaceBetween>
    </ContentLayout>
  );
}
