/** A version's service: how it is started, what it does now, how it is stopped, and what to do when it failed. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { startModel, stopModel, unitsOf, type ModelPlace, type Serving } from "./model";
import { Sparkline } from "./Sparkline";
import { useText } from "./text";

interface RunningProps {
  readonly model: ModelPlace;
  readonly serving: Serving;
}

export function Running({ model, serving }: RunningProps) {
  const t = useText();
  const state = serving.State ?? "training";
  if (state === "running") return <Load model={model} serving={serving} />;
  if (state === "starting") return <Passing model={model} text={t("starting")} help={t("startingHelp")} />;
  if (state === "stopping") return <Passing model={model} text={t("stopping")} help={t("stoppingHelp")} />;
  if (state === "deleting") return <Alert type="info">{t("deleting")}</Alert>;
  if (["training", "copying", "failed", "copy-failed", "archived"].includes(state)) {
    return (
      <Alert type="info" header={t("noModel")}>
        {t("noModelHelp")}
      </Alert>
    );
  }
  return (
    <SpaceBetween size="l">
      {state === "start-failed" && (
        <Alert type="error" header={t("startFailed")}>
          <Sentence text={serving.Message ?? ""} /> {t("startFailedHelp")}
        </Alert>
      )}
      <Start model={model} serving={serving} />
    </SpaceBetween>
  );
}

function Passing({
  model,
  text,
  help,
}: {
  readonly model: ModelPlace;
  readonly text: string;
  readonly help: string;
}) {
  return (
    <Container header={<ServiceHeader model={model} />}>
      <StatusIndicator type="in-progress">{text}</StatusIndicator>
      <Box color="text-body-secondary">{help}</Box>
    </Container>
  );
}

function ServiceHeader({
  model,
  actions,
}: {
  readonly model: ModelPlace;
  readonly actions?: React.ReactNode;
}) {
  const t = useText();
  return (
    <Header variant="h2" actions={actions}>
      <bdi>{t("service", { name: model.version })}</bdi>
    </Header>
  );
}

function Start({ model, serving }: RunningProps) {
  const t = useText();
  const limit = serving.UnitLimit ?? 1;
  const [leastText, setLeast] = useState(String(serving.MinUnits ?? 1));
  const [mostText, setMost] = useState(serving.MaxUnits === undefined ? "" : String(serving.MaxUnits));
  const start = useMutation({ mutationFn: startModel.bind(null, model) });
  const least = unitsOf(leastText, limit);
  const most = mostText.trim() === "" ? null : unitsOf(mostText, limit);
  const isMostWrong = mostText.trim() !== "" && (most === null || (least !== null && most < least));
  return (
    <Container header={<ServiceHeader model={model} />}>
      <SpaceBetween size="m">
        <Box>{t("startHelp")}</Box>
        {start.isError && <FaultAlert error={start.error} />}
        <div className="use-columns">
          <SpaceBetween size="m" direction="horizontal">
            <FormField
              label={t("least")}
              description={t("leastHelp")}
              errorText={least === null ? t("unitsWrong", { most: limit }) : null}
            >
              <Input
                value={leastText}
                inputMode="numeric"
                onChange={({ detail }) => setLeast(detail.value)}
              />
            </FormField>
            <FormField
              label={t("most")}
              description={t("mostHelp")}
              errorText={isMostWrong ? t("mostWrong", { most: limit }) : null}
            >
              <Input value={mostText} inputMode="numeric" onChange={({ detail }) => setMost(detail.value)} />
            </FormField>
          </SpaceBetween>
        </div>
        <Button
          variant="primary"
          loading={start.isPending}
          disabled={least === null || isMostWrong}
          onClick={() => least !== null && start.mutate({ least, most })}
        >
          {t("start")}
        </Button>
      </SpaceBetween>
    </Container>
  );
}

function Load({ model, serving }: RunningProps) {
  const t = useText();
  const stop = useMutation({ mutationFn: () => stopModel(model) });
  return (
    <Container
      header={
        <ServiceHeader
          model={model}
          actions={
            <Button loading={stop.isPending} onClick={() => stop.mutate()}>
              {t("stop")}
            </Button>
          }
        />
      }
    >
      <SpaceBetween size="m">
        {stop.isError && <FaultAlert error={stop.error} />}
        <LoadFacts serving={serving} />
        <Sparkline
          label={t("lastMinute", {
            answered: serving.Answered ?? 0,
            refused: (serving.Throttled ?? 0) + (serving.Errors ?? 0) + (serving.Invalid ?? 0),
          })}
          values={serving.AnsweredBySecond ?? []}
          wrong={serving.RefusedBySecond ?? []}
        />
        {(serving.Throttled ?? 0) > 0 && <Alert type="warning">{t("throttledHelp")}</Alert>}
      </SpaceBetween>
    </Container>
  );
}

function LoadFacts({ serving }: { readonly serving: Serving }) {
  const t = useText();
  const formats = useFormats();
  const { Units = 0, DesiredUnits = 0, MaxUnits, MinUnits = 1, WindowSeconds = 60, UnitHours } = serving;
  const ms = (value: number | undefined) =>
    value === undefined ? "–" : t("milliseconds", { count: formats.number(Math.round(value)) });
  const units =
    DesiredUnits === Units
      ? formats.number(Units)
      : t("scaling", { units: formats.number(Units), desired: formats.number(DesiredUnits) });
  const items = [
    { label: t("state"), value: <StatusIndicator type="success">{t("running")}</StatusIndicator> },
    {
      label: t("units"),
      value:
        MaxUnits === undefined || MaxUnits === MinUnits ? units : t("unitsOfMost", { units, most: MaxUnits }),
    },
    { label: t("perSecond"), value: formats.number(round((serving.Answered ?? 0) / WindowSeconds)) },
    { label: t("latency"), value: `${ms(serving.P50Milliseconds)} / ${ms(serving.P99Milliseconds)}` },
    { label: t("waiting"), value: formats.number(serving.Waiting ?? 0) },
    { label: t("throttled"), value: formats.number(serving.Throttled ?? 0) },
    { label: t("errors"), value: formats.number((serving.Errors ?? 0) + (serving.Invalid ?? 0)) },
    ...(UnitHours === undefined
      ? []
      : [{ label: t("unitHours"), value: formats.number(Math.round(1000 * UnitHours) / 1000) }]),
  ];
  return <KeyValuePairs columns={4} items={items} />;
}

function round(value: number): number {
  return Math.round(10 * value) / 10;
}
