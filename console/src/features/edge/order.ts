/** What an order may say: its targets, and what its names must be. */
import type { Own } from "../../api";

type Order = Own.StartEdgePackageRequest;

/** The targets, and how an order says each. */
export const TARGETS = {
  x86: { Arch: "X86_64" },
  x86_nvidia: { Arch: "X86_64", Accelerator: "NVIDIA" },
  arm: { Arch: "ARM64" },
  arm_nvidia: { Arch: "ARM64", Accelerator: "NVIDIA" },
  jetson: { Device: "jetson_xavier" },
} as const satisfies Record<string, Partial<Order>>;

export type Target = keyof typeof TARGETS;

export const TARGET_NAMES = Object.keys(TARGETS) as readonly Target[];

export function isTarget(name: string): name is Target {
  return name in TARGETS;
}

export function targetOf({ Arch, Accelerator, Device }: Own.EdgePackageDescription): Target {
  if (Device !== undefined) return "jetson";
  const arch = Arch === "ARM64" ? "arm" : "x86";
  return Accelerator === undefined ? arch : `${arch}_nvidia`;
}

const NAME = /^[\w.-]{1,128}$/u;
const VERSION = /^\d{1,6}\.\d{1,6}\.\d{1,6}$/u;

export function isComponentName(name: string): boolean {
  return NAME.test(name) && /[^.]/u.test(name);
}

export function isComponentVersion(version: string): boolean {
  return VERSION.test(version);
}

/** The component's version after those that there are of it: 1.0.0, then 1.0.1. */
export function nextVersion(packages: readonly Own.EdgePackageDescription[], component: string): string {
  const last = packages
    .filter(({ ComponentName, Status }) => ComponentName === component && Status !== "failed")
    .map(({ ComponentVersion = "0.0.0" }) => ComponentVersion.split(".").map(Number))
    .sort((a, b) => a.reduce((order, part, place) => order || part - (b[place] ?? 0), 0))
    .at(-1);
  if (last === undefined) return "1.0.0";
  const [major = 1, minor = 0, patch = 0] = last;
  return `${String(major)}.${String(minor)}.${String(patch + 1)}`;
}
