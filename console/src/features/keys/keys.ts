/** What the pages of keys know: how a state is shown, where a key's page is, and what ends with a key. */
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { segmentOf } from "../../ui/address";
import type { KeyState } from "../../ui/keyNames";

export const SIGNS: Readonly<Record<KeyState, StatusIndicatorProps.Type>> = {
  Enabled: "success",
  Disabled: "stopped",
  PendingDeletion: "warning",
};

export function stateOf(state: string | undefined): KeyState {
  return state === "Disabled" || state === "PendingDeletion" ? state : "Enabled";
}

export function routeOfKey(id: string): string {
  return `/keys/${segmentOf(id)}`;
}

/** What asks anew when a key has changed. */
export const STALE = [["kms"], ["vedette", "ListKeyUses"]] as const;

export interface ModelUse {
  readonly arn: string;
  /** "project / version", or the whole ARN where it has another form. */
  readonly name: string;
  /** The model's own page; nothing where it is none of this console's. */
  readonly route: string | null;
}

/** A model by its ARN, in the form of either service. */
export function modelOf(arn: string): ModelUse {
  const labels = /^arn:aws:rekognition:[^:]*:\d*:project\/([^/]+)\/version\/([^/]+)/u.exec(arn);
  const anomalies = /^arn:aws:lookoutvision:[^:]*:\d*:model\/([^/]+)\/([^/]+)$/u.exec(arn);
  const [, project, version] = labels ?? anomalies ?? [];
  if (project === undefined || version === undefined) return { arn, name: arn, route: null };
  const service = labels === null ? "lookoutvision" : "rekognition";
  const route = `/projects/${service}/${segmentOf(project)}/versions/${segmentOf(version)}`;
  return { arn, name: `${project} / ${version}`, route };
}

/** A package that devices fetch, as they know it. */
export function nameOfPackage({ ComponentName = "", ComponentVersion = "" }: Own.KeyPackageUse): string {
  return `${ComponentName} ${ComponentVersion}`;
}

/** A device by the last part of its ARN. */
export function deviceOf(arn: string): string {
  return arn.slice(arn.indexOf("/") + 1);
}

export interface Losses {
  readonly models: number;
  readonly objects: number;
  readonly bytes: number;
  readonly defaults: number;
  readonly packages: number;
}

/** How much nobody will read again once the key has ended. */
export function lossesOf({
  ModelArns = [],
  Buckets = [],
  DevicePackages = [],
}: Own.ListKeyUsesResponse): Losses {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  return {
    models: ModelArns.length,
    objects: sum(Buckets.map(({ Objects = 0 }) => Objects)),
    bytes: sum(Buckets.map(({ Bytes = 0 }) => Bytes)),
    defaults: Buckets.filter(({ IsDefault = false }) => IsDefault).length,
    packages: DevicePackages.length,
  };
}
