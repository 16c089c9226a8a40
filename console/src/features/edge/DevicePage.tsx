/** One device: whether it answers, which models it is to have and has, and what went wrong. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall, useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { useNames } from "../../ui/address";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { usePage } from "../../ui/page";
import { TagPanel } from "../../ui/tags";
import { useUiText } from "../../ui/text";
import { DEVICE_SIGNS, modelRows, problemOf, WANTED_SIGNS, type ModelRow } from "./devices";
import { NewToken } from "./NewToken";
import { OfKey } from "./OfKey";
import { OrderModels } from "./OrderModels";
import { Reported } from "./Reported";
import { tagsOfDevice } from "./tags";
import { useText } from "./text";

type Device = Own.DeviceDescription;

const EVERY_MS = 2000;

function Facts({ device }: { readonly device: Device }) {
  const t = useText();
  const formats = useFormats();
  const { State = "waiting", LastSeen, Address, AgentVersion, Machine = {} } = device;
  const machine = [Machine.Host, Machine.System, Machine.Arch].filter(Boolean).join(" · ");
  const room = (bytes: number | undefined) =>
    bytes === undefined || bytes === 0 ? "–" : `${formats.number(Math.round(bytes / 2 ** 20))} MiB`;
  return (
    <Container header={<Header variant="h2">{t("deviceFacts")}</Header>}>
      <KeyValuePairs
        columns={3}
        items={[
          {
            label: t("status"),
            value: <StatusIndicator type={DEVICE_SIGNS[State]}>{t(`device_${State}`)}</StatusIndicator>,
          },
          { label: t("lastSeen"), value: LastSeen === undefined ? "–" : formats.date(LastSeen) },
          { label: t("address"), value: <Reported text={Address} /> },
          { label: t("machine"), value: <Reported text={machine} /> },
          { label: t("agentVersion"), value: <Reported text={AgentVersion} /> },
          {
            label: t("freeRoom"),
            value: t("freeRoomOf", { memory: room(Machine.FreeMemory), disk: room(Machine.FreeDisk) }),
          },
        ]}
      />
    </Container>
  );
}

function Progress({ row }: { readonly row: ModelRow }) {
  const t = useText();
  const { State } = row.wanted ?? {};
  const problem = problemOf(row);
  return (
    <SpaceBetween size="xxs">
      {State === undefined ? (
        <StatusIndicator type="info">{t("notOrdered")}</StatusIndicator>
      ) : (
        <StatusIndicator type={WANTED_SIGNS[State]} wrapText>
          {t(`wanted_${State}`)}
        </StatusIndicator>
      )}
      {problem !== "" && (
        <Box variant="small" color="text-body-secondary">
          <Reported text={problem} />
        </Box>
      )}
    </SpaceBetween>
  );
}

function Models({ device, onOrder }: { readonly device: Device; readonly onOrder: () => void }) {
  const t = useText();
  const formats = useFormats();
  const rows = modelRows(device);
  return (
    <Table
      items={rows}
      trackBy="name"
      wrapLines
      ariaLabels={{ tableLabel: t("models") }}
      header={
        <Header
          variant="h2"
          actions={
            <Button variant="primary" onClick={onOrder}>
              {t("orderModels")}
            </Button>
          }
        >
          {t("models")}
        </Header>
      }
      empty={
        <Box textAlign="center" padding="l">
          <Box variant="h3">{t("deviceModelsNone")}</Box>
          <Box color="text-body-secondary">{t("deviceModelsNoneHelp")}</Box>
        </Box>
      }
      columnDefinitions={[
        {
          id: "name",
          header: t("modelName"),
          isRowHeader: true,
          minWidth: 140,
          cell: ({ name }) => <Reported text={name} />,
        },
        {
          id: "wanted",
          header: t("versionOrdered"),
          cell: ({ wanted }) => (
            <SpaceBetween size="xxs">
              <Reported text={wanted?.ComponentVersion} />
              <OfKey id={wanted?.KmsKeyId} />
            </SpaceBetween>
          ),
        },
        {
          id: "running",
          header: t("versionThere"),
          minWidth: 120,
          cell: ({ reported }) => <Reported text={reported?.Version} />,
        },
        { id: "progress", header: t("progress"), minWidth: 200, cell: (row) => <Progress row={row} /> },
        {
          id: "state",
          minWidth: 120,
          header: t("modelState"),
          cell: ({ reported }) => <Reported text={reported?.Status} />,
        },
        {
          id: "answered",
          header: t("answered"),
          cell: ({ reported }) => formats.number(reported?.Answered ?? 0),
        },
      ]}
    />
  );
}

interface DeleteProps {
  readonly name: string;
  /** From then on nothing is asked of it, unless it stays. */
  readonly onGone: (isGone: boolean) => void;
  readonly onClose: () => void;
}

function DeleteDevice({ name, onGone, onClose }: DeleteProps) {
  const t = useText();
  const navigate = useNavigate();
  const remove = useChange("vedette", "DeleteDevice", [["vedette", "ListDevices"]]);
  return (
    <Confirm
      title={t("deviceDeleteOf", { name })}
      action={t("deviceDelete")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => {
        onGone(true);
        const ends = { onSuccess: () => void navigate("/devices"), onError: () => onGone(false) };
        remove.mutate({ DeviceName: name }, ends);
      }}
    >
      {t("deviceDeleteHelp")}
    </Confirm>
  );
}

type Dialog = "order" | "delete" | null;

function Shown({ device, onGone }: { readonly device: Device; readonly onGone: DeleteProps["onGone"] }) {
  const t = useText();
  const formats = useFormats();
  const [dialog, setDialog] = useState<Dialog>(null);
  const token = useChange("vedette", "CreateDeviceToken");
  const { DeviceName: name = "", Description = "", Problem, SecondMachine, Doing } = device;
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={Description === "" ? undefined : <Reported text={Description} />}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setDialog("delete")}>{t("deviceDelete")}</Button>
              <Button loading={token.isPending} onClick={() => token.mutate({ DeviceName: name })}>
                {t("tokenNew")}
              </Button>
            </SpaceBetween>
          }
        >
          <Reported text={name} />
        </Header>
      }
    >
      <SpaceBetween size="l">
        {token.isError && <FaultAlert error={token.error} />}
        {SecondMachine !== undefined && (
          <Alert type="warning" header={t("secondMachine")}>
            {t("secondMachineHelp", { moment: formats.date(SecondMachine) })}
          </Alert>
        )}
        {Problem !== undefined && (
          <Alert type="error" header={t("problem")}>
            <Reported text={Problem} />
          </Alert>
        )}
        {Doing !== undefined && (
          <StatusIndicator type="in-progress" wrapText>
            <Reported text={t("doing", { name: Doing })} />
          </StatusIndicator>
        )}
        <Facts device={device} />
        <Models device={device} onOrder={() => setDialog("order")} />
        <TagPanel place={tagsOfDevice(device)} help={t("deviceTagsHelp")} />
        {dialog === "order" && <OrderModels device={device} onClose={() => setDialog(null)} />}
        {dialog === "delete" && <DeleteDevice name={name} onGone={onGone} onClose={() => setDialog(null)} />}
        {token.data !== undefined && (
          <NewToken
            device={name}
            token={token.data.Token ?? ""}
            expires={token.data.TokenExpiration}
            onClose={() => token.reset()}
          />
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}

export function DevicePage() {
  const ui = useUiText();
  const { device: name = "" } = useNames();
  const [isGone, setGone] = useState(false);
  const options = { everyMs: EVERY_MS, isEnabled: !isGone };
  const query = useCall("vedette", "DescribeDevice", { DeviceName: name }, options);
  usePage({
    title: name,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: ui("devices"), to: "/devices" },
    ],
  });
  if (query.data?.Device !== undefined) return <Shown device={query.data.Device} onGone={setGone} />;
  if (query.isError) return <FaultAlert error={query.error} onRetry={() => void query.refetch()} />;
  return <Spinner size="large" />;
}
