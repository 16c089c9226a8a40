/** The usage report as a table for other programs: a line a version and day on which it did anything. */
import { dayOf } from "./ranges";
import type { VersionUsage } from "./sums";

const HEAD =
  "day,service,project,version,hours,unit_hours,pictures,anomalies,broken_pictures,throttled,errors";
const DIGITS = 4;

/** As RFC 4180 has it, with the sign that tells spreadsheets that it is UTF-8. */
export function csvOf(edges: readonly Date[], versions: readonly VersionUsage[]): string {
  const lines = edges
    .slice(0, -1)
    .flatMap((day, period) => versions.map((version) => lineOf(dayOf(day), version, period)))
    .filter((line) => line !== null);
  return `\ufeff${[HEAD, ...lines].join("\r\n")}\r\n`;
}

function lineOf(day: string, version: VersionUsage, period: number): string | null {
  const at = (values: readonly number[] | undefined): number => values?.[period] ?? 0;
  const hours = [at(version.Hours), at(version.UnitHours)];
  const counts = [version.Images, version.Anomalies, version.Invalid, version.Throttled, version.Errors].map(
    at,
  );
  if ([...hours, ...counts].every((value) => value === 0)) return null;
  const names = [version.Service, version.ProjectName, version.VersionName].map((name) =>
    fieldOf(name ?? ""),
  );
  return [day, ...names, ...hours.map((value) => value.toFixed(DIGITS)), ...counts].join(",");
}

/** Names of projects and versions have no such signs; whoever reads the file must not depend on that. */
function fieldOf(text: string): string {
  const harmless = /^[=+\-@\t]/u.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
