/** What a snapshot is called: a training's after its version, in the reader's language. */
import type { Own } from "../../api";
import type { useText } from "./text";

export function nameOf(t: ReturnType<typeof useText>, snapshot: Own.DatasetSnapshot): string {
  return snapshot.VersionName === undefined
    ? (snapshot.Name ?? "")
    : t("snapshotOfTraining", { version: snapshot.VersionName });
}
