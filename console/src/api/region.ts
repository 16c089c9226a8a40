/** The region that calls go to: chosen in the top bar, remembered, and named by every address. */
import { useSyncExternalStore } from "react";
import { currentSession } from "./session";

const REMEMBERED = "vedette.region";
const listeners = new Set<() => void>();

export function regionOfAddress(search: string): string | null {
  return new URLSearchParams(search).get("region");
}

let chosen: string | null = regionOfAddress(window.location.search);

/** A name like those of regions: what else an address carries is no region. */
const REGION = /^[a-z]{2,4}(?:-[a-z]+)+-\d$/u;

/** The region of the address, else the remembered one, else the installation's own. */
export function currentRegion(): string {
  const wanted = chosen ?? localStorage.getItem(REMEMBERED) ?? "";
  return REGION.test(wanted) ? wanted : (currentSession()?.region ?? "us-east-1");
}

/** Whether a person ever chose a region, here or by an address. */
export function isRegionChosen(): boolean {
  return (chosen ?? localStorage.getItem(REMEMBERED)) !== null;
}

export function chooseRegion(region: string): void {
  if (region === chosen) return;
  chosen = region;
  localStorage.setItem(REMEMBERED, region);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useRegion(): string {
  return useSyncExternalStore(subscribe, currentRegion);
}
