/**
 * Names of projects, versions and people within addresses.
 *
 * A browser takes `.` and `..` between slashes for folders, in whatever way they are written, and both may be names.
 * They stand behind a `~`, which no name has; all others stand as they are.
 */
import { useParams } from "react-router";

const FOLDERS: readonly string[] = [".", ".."];

/** A name as a part of a route. */
export function segmentOf(name: string): string {
  return FOLDERS.includes(name) ? `~${name}` : encodeURIComponent(name);
}

/** The name that a part of a route, already decoded, stands for. */
export function nameOf(segment: string): string {
  return segment.startsWith("~") && FOLDERS.includes(segment.slice(1)) ? segment.slice(1) : segment;
}

/** The names in the page's own address. */
export function useNames(): Readonly<Record<string, string | undefined>> {
  const params = useParams();
  return Object.fromEntries(
    Object.entries(params).map(([key, segment]) => [
      key,
      segment === undefined ? undefined : nameOf(segment),
    ]),
  );
}
