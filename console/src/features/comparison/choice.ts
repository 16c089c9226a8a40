/** Which two versions an address compares: `?versions=v1,v2`, the older one first where it names none. */
import type { VersionFacts } from "../../api";
import { hasModel } from "../../ui/models";

export interface Pair {
  readonly first: VersionFacts;
  readonly second: VersionFacts;
}

/** Only versions with a model can be compared. */
export function comparable(versions: readonly VersionFacts[]): VersionFacts[] {
  return versions.filter(hasModel);
}

/** The pair that an address names; what it does not name are the newest two. Versions come newest first. */
export function pairOf(versions: readonly VersionFacts[], named: string): Pair | null {
  const usable = comparable(versions);
  const names = named === "" ? [] : named.split(",");
  const [one, two] = names.map((name) => usable.find((version) => version.name === name));
  const second = two ?? usable.find((version) => version !== one);
  const first = one ?? usable.find((version) => version !== second);
  return first === undefined || second === undefined || first === second ? null : { first, second };
}

/** Those that an address names and that cannot be compared: deleted meanwhile, or without a model. */
export function missingOf(versions: readonly VersionFacts[], named: string): string[] {
  const names = named === "" ? [] : named.split(",").slice(0, 2);
  return names.filter((name) => name !== "" && !versions.some((one) => one.name === name && hasModel(one)));
}

export function namesOf(first: string, second: string): string {
  return `${first},${second}`;
}
