/** The devices of the account: which answer, what they run, what is wrong with them. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";
import { usePages } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { usePage } from "../../ui/page";
import { useUiText } from "../../ui/text";
import { AddDevice } from "./AddDevice";
import { DEVICE_SIGNS, routeOfDevice } from "./devices";
import { Reported } from "./Reported";
import { useText } from "./text";

/** Devices report twice a minute. */
const EVERY_MS = 10_000;

function None() {
  const t = useText();
  return (
    <Box textAlign="center" padding="l">
      <Box variant="h3">{t("devicesNone")}</Box>
      <Box color="text-body-secondary">{t("devicesNoneHelp")}</Box>
    </Box>
  );
}

export function DevicesPage() {
  const t = useText();
  const ui = useUiText();
  const formats = useFormats();
  const navigate = useNavigate();
  const [isAdding, setAdding] = useState(false);
  const query = usePages("vedette", "ListDevices", { MaxResults: 1000 }, { everyMs: EVERY_MS });
  const devices = query.data?.pages.flatMap(({ Devices = [] }) => Devices) ?? [];
  usePage({ title: ui("devices"), crumbs: [{ text: "Vedette", to: "/" }] });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={t("devicesHelp")}
          counter={query.isPending ? "" : `(${String(devices.length)})`}
          actions={
            <Button variant="primary" onClick={() => setAdding(true)}>
              {t("deviceAdd")}
            </Button>
          }
        >
          {ui("devices")}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
        <Table
          items={devices}
          trackBy="DeviceArn"
          wrapLines
          loading={query.isPending}
          loadingText={t("loading")}
          ariaLabels={{ tableLabel: ui("devices") }}
          empty={<None />}
          columnDefinitions={[
            {
              id: "name",
              header: t("device"),
              minWidth: 200,
              isRowHeader: true,
              cell: ({ DeviceName = "", Description = "" }) => (
                <SpaceBetween size="xxs">
                  <RouteLink to={routeOfDevice(DeviceName)}>
                    <Reported text={DeviceName} />
                  </RouteLink>
                  {Description !== "" && (
                    <Box variant="small" color="text-body-secondary">
                      <Reported text={Description} />
                    </Box>
                  )}
                </SpaceBetween>
              ),
            },
            {
              id: "state",
              minWidth: 120,
              header: t("status"),
              cell: ({ State = "waiting" }) => (
                <StatusIndicator type={DEVICE_SIGNS[State]} wrapText>
                  {t(`device_${State}`)}
                </StatusIndicator>
              ),
            },
            {
              id: "seen",
              header: t("lastSeen"),
              cell: ({ LastSeen }) => (LastSeen === undefined ? "–" : formats.date(LastSeen)),
            },
            { id: "models", header: t("models"), cell: ({ ModelCount = 0 }) => formats.number(ModelCount) },
            {
              id: "problem",
              header: t("problem"),
              minWidth: 200,
              cell: ({ Problem }) => <Reported text={Problem} />,
            },
          ]}
        />
        {query.hasNextPage && (
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("devicesMore")}
          </Button>
        )}
        {isAdding && (
          <AddDevice
            onClose={(name) => {
              setAdding(false);
              if (name !== null) void navigate(routeOfDevice(name));
            }}
          />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
