/** What the pages of devices know: how a state is shown, and the command that makes a machine a device. */
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { segmentOf } from "../../ui/address";

type Wanted = Own.WantedModel;
type Reported = Own.DeviceModel;

export const DEVICE_SIGNS: Readonly<
  Record<NonNullable<Own.DeviceSummary["State"]>, StatusIndicatorProps.Type>
> = { waiting: "pending", online: "success", offline: "stopped" };

export const WANTED_SIGNS: Readonly<Record<NonNullable<Wanted["State"]>, StatusIndicatorProps.Type>> = {
  ordered: "pending",
  waiting: "pending",
  fetching: "in-progress",
  installed: "success",
  refused: "error",
};

const NAME = /^[a-zA-Z0-9][\w.-]{0,127}$/u;

export function isDeviceName(name: string): boolean {
  return NAME.test(name);
}

export function routeOfDevice(name: string): string {
  return `/devices/${segmentOf(name)}`;
}

/**
 * The command that makes a machine with the light install a device of this server. The token stands in the
 * environment: every user of the machine can read a command line.
 */
export function agentCommand(server: string, token: string): string {
  return [
    `VEDETTE_DEVICE_TOKEN=${token}`,
    "vedette edge agent",
    "--models /var/lib/vedette-edge/models",
    `--server ${server}`,
  ].join(" \\\n  ");
}

/** A model as a device is to have it, as it has it, or both. */
export interface ModelRow {
  readonly name: string;
  readonly wanted: Wanted | undefined;
  readonly reported: Reported | undefined;
}

/** The models of a device by name: those that it is to have first. */
export function modelRows({ Wanted = [], Models = [] }: Own.DeviceDescription): readonly ModelRow[] {
  const ordered = Wanted.map((wanted) => ({
    name: wanted.ComponentName ?? "",
    wanted,
    reported: Models.find(({ Name }) => Name === wanted.ComponentName),
  }));
  const others = Models.filter(({ Name }) => !ordered.some(({ name }) => name === Name)).map((reported) => ({
    name: reported.Name ?? "",
    wanted: undefined,
    reported,
  }));
  return [...ordered, ...others];
}

/** What is wrong with a model on a device, if anything is. */
export function problemOf({ wanted, reported }: ModelRow): string {
  return wanted?.Message ?? reported?.Message ?? "";
}
