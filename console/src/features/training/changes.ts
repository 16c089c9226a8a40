/** What changed between versions, in words. */
import type { Own } from "../../api";
import { BUDGETS } from "../../ui/starting";
import { useText } from "./text";

const NAMED = 3;

export function countOf(change: Own.VersionChange | undefined): number {
  return (change?.Added ?? 0) + (change?.Removed ?? 0) + (change?.Relabeled ?? 0);
}

/** A part for each thing that changed; empty where nothing did. */
export function useChanges(): (change: Own.VersionChange) => string[] {
  const t = useText();
  const named = (labels: readonly string[]) => labels.slice(0, NAMED).join(", ");
  const counted = (key: "added" | "removed" | "relabelled" | "thresholdsMoved", count: number | undefined) =>
    count === undefined || count === 0 ? [] : [t(key, { count })];
  const labelled = (key: "labelsCame" | "labelsWent", labels: readonly string[] | undefined) =>
    labels === undefined || labels.length === 0
      ? []
      : [t(key, { count: labels.length, labels: named(labels) })];
  const budget = (name: string | undefined) => {
    const known = BUDGETS.find((candidate) => candidate === name);
    return known === undefined ? (name ?? "") : t(`budget_${known}`);
  };
  return (change) => [
    ...counted("added", change.Added),
    ...counted("removed", change.Removed),
    ...counted("relabelled", change.Relabeled),
    ...labelled("labelsCame", change.LabelsAdded),
    ...labelled("labelsWent", change.LabelsRemoved),
    ...(change.SinceBudget === undefined
      ? []
      : [t("budgetMoved", { before: budget(change.SinceBudget), now: budget(change.Budget) })]),
    ...(change.SinceBackbone === undefined
      ? []
      : [t("backboneMoved", { before: change.SinceBackbone, now: change.Backbone ?? "" })]),
    ...counted("thresholdsMoved", change.ThresholdsChanged),
  ];
}
