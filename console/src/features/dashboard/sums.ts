/** Usage added up: over time, over the versions of a project, over all. */
import type { Own, ProjectService } from "../../api";

export type VersionUsage = Own.VersionUsage;

export interface Sum {
  readonly images: number;
  readonly anomalies: number;
  readonly refused: number;
  readonly errors: number;
  /** Null where nothing was answered. */
  readonly milliseconds: number | null;
  readonly mostMilliseconds: number | null;
  readonly hours: number;
  readonly unitHours: number;
}

export interface ProjectUsage extends Sum {
  readonly service: ProjectService;
  readonly project: string;
  readonly versions: readonly VersionUsage[];
}

function total(values: readonly number[] | undefined): number {
  return (values ?? []).reduce((sum, value) => sum + value, 0);
}

export function sumOf(versions: readonly VersionUsage[]): Sum {
  const over = (
    member: "Images" | "Anomalies" | "Invalid" | "Throttled" | "Errors" | "Hours" | "UnitHours",
  ) => versions.reduce((sum, version) => sum + total(version[member]), 0);
  const images = over("Images");
  // An average of averages counts each as often as it was measured.
  const weighted = versions.reduce(
    (sum, { AverageMilliseconds = [], Images = [] }) =>
      sum + AverageMilliseconds.reduce((part, value, place) => part + value * (Images[place] ?? 0), 0),
    0,
  );
  const most = Math.max(0, ...versions.flatMap(({ MostMilliseconds = [] }) => [...MostMilliseconds]));
  return {
    images,
    anomalies: over("Anomalies"),
    refused: over("Throttled"),
    errors: over("Errors") + over("Invalid"),
    milliseconds: images === 0 ? null : weighted / images,
    mostMilliseconds: images === 0 ? null : most,
    hours: over("Hours"),
    unitHours: over("UnitHours"),
  };
}

/** The projects, those that did most first. */
export function projectsOf(versions: readonly VersionUsage[]): readonly ProjectUsage[] {
  const groups = new Map<string, VersionUsage[]>();
  for (const version of versions) {
    const key = `${version.Service ?? ""}/${version.ProjectName ?? ""}`;
    groups.set(key, [...(groups.get(key) ?? []), version]);
  }
  return [...groups.values()]
    .map((group) => ({
      service: group[0]?.Service === "lookoutvision" ? ("lookoutvision" as const) : ("rekognition" as const),
      project: group[0]?.ProjectName ?? "",
      versions: group,
      ...sumOf(group),
    }))
    .sort((one, other) => other.images - one.images || one.project.localeCompare(other.project));
}

/** The share of anomalous pictures; null, shown as a dash, where there are none at all. */
export function ratioOf({ images, anomalies }: Sum): number | null {
  return images === 0 ? null : anomalies / images;
}

/** Of many versions: those of the other service have no anomalies, however many pictures they are shown. */
export function ratioOfAll(versions: readonly VersionUsage[]): number | null {
  return ratioOf(sumOf(versions.filter(({ Service }) => Service === "lookoutvision")));
}

/** A member of all versions by period. */
export function byPeriod(
  versions: readonly VersionUsage[],
  member: "Images" | "Anomalies" | "Throttled" | "Errors" | "Invalid" | "UnitHours",
): readonly number[] {
  const length = Math.max(0, ...versions.map((version) => version[member]?.length ?? 0));
  return Array.from({ length }, (_, period) =>
    versions.reduce((sum, version) => sum + (version[member]?.[period] ?? 0), 0),
  );
}
