/** Which versions have a model: to be judged, compared, tried and explained, whether they run or not. */
import type { VersionFacts, VersionState } from "../api";

const WITH_MODEL: ReadonlySet<VersionState> = new Set([
  "trained",
  "starting",
  "running",
  "startFailed",
  "stopping",
]);

export function hasModel({ state }: Pick<VersionFacts, "state">): boolean {
  return WITH_MODEL.has(state);
}
