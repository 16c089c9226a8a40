/** The region that calls go to: chosen in the top bar, remembered, and named by every address. */
import { useSyncExternalStore } from "react";
import { currentSession } from "./session";

const REMEMBERED = "vedette.region";
const listeners = new Set<() => void>();

export function regionOfAddress(search: string): string | null {
  return new URLSearchParams(search).get("region");
}

let chosen: string | null = regionOfAddress(window.location.search);

/** The region of the address, else the remembered one, else the session's first. */
export function currentRegion(): string {
  const regions = currentSession()?.regions ?? [];
  const wanted = chosen ?? localStorage.getItem(REMEMBERED);
  return wanted !== null && (regions.length === 0 || regions.includes(wanted))
    ? wanted
    : (regions[0] ?? "us-east-1");
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
