/** The target that an address names: the dataset itself, unless the query names another. */

import { JOB, scopeOf, type Place } from "../place";
import { decideLabel, filesOf, findDifferent, loadLabels, outboxPortOf } from "../saving/server";
import { ORDERS } from "./orders";
import type { LabelTarget } from "./target";
import { trialTarget } from "./trial";

/** Return the target of a dataset: its entries, changed by `UpdateEntries` with their revisions. */
export function datasetTarget(place: Place): LabelTarget {
  return {
    scope: scopeOf(place),
    entries: ({ show, order }) => ORDERS[order](place, show),
    outbox: outboxPortOf(place),
    stamp: () => ({ moment: new Date(), job: JOB }),
    files: filesOf(place),
    different: (recent, passed) => findDifferent(place, recent, passed),
    loadLabels: () => loadLabels(place),
    decide: (decision) => decideLabel(place, decision),
  };
}

/** Returns a target where the query of the address is its own, and nothing otherwise. */
export type TargetChooser = (place: Place, query: URLSearchParams) => LabelTarget | undefined;

/** Asked one after the other; the dataset itself is what is left. */
const CHOOSERS: readonly TargetChooser[] = [
  (place, query) => {
    const trial = query.get("trial");
    return trial === null ? undefined : trialTarget(place, trial);
  },
];

export function targetOf(place: Place, query: URLSearchParams): LabelTarget {
  for (const choose of CHOOSERS) {
    const target = choose(place, query);
    if (target !== undefined) {
      return target;
    }
  }
  return datasetTarget(place);
}
