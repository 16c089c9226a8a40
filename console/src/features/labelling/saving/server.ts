/** The server as the labelling page uses it: entries by pages, edits with revisions, masks into the bucket. */

import { asFault, call, send, type Own } from "../../../api";
import { outlineOf } from "../desk/outline";
import type { LabelDecision } from "../labels";
import type { EntryPage, EntryPort, EntryRow } from "../session/entryList";
import type { Place, Show } from "../place";
import type { KnownLabels, PictureFiles } from "../targets/files";
import type { Failure, OutboxPort, Rejection, StoredEntry } from "./outbox";

const PAGE = 200;
/** An address may be the beginning of others; among so many the one itself is surely found. */
const NAMESAKES = 100;

/** The pictures of a dataset, read and kept by the rights of whoever labels. */
export function filesOf(place: Place): PictureFiles {
  return {
    fetch: (source, signal) => fetchPicture(source, place.region, signal),
    maskAddress: (source, bytes) => maskAddress(place, source, bytes),
    outline: (source, request) => outlineOf(source, request, place.region),
  };
}

export async function findDifferent(
  { projectArn, type, region }: Place,
  recent: readonly string[],
  passed: readonly string[],
): Promise<string | undefined> {
  const input = {
    ProjectArn: projectArn,
    DatasetType: type,
    RecentEntryIds: recent,
    PassedEntryIds: passed,
  };
  return (await call("vedette", "FindDifferent", input, { region })).Entry?.Id;
}

export async function loadLabels({ projectArn, type, region }: Place): Promise<KnownLabels> {
  const [settings, counts] = await Promise.all([
    call("vedette", "ListLabelSettings", { ProjectArn: projectArn }, { region }),
    call("vedette", "CountEntries", { ProjectArn: projectArn, DatasetType: type }, { region }),
  ]);
  return {
    decided: decisionsOf(settings.Labels ?? []),
    used: (counts.Labels ?? []).map(({ Name = "" }) => Name),
  };
}

export async function decideLabel(
  place: Place,
  { name, color, key }: LabelDecision,
): Promise<readonly LabelDecision[]> {
  const input = { ProjectArn: place.projectArn, Labels: [{ Name: name, Color: color, Key: key }] };
  const answer = await call("vedette", "UpdateLabelSettings", input, { region: place.region });
  return decisionsOf(answer.Labels ?? []);
}

interface Setting {
  readonly Name?: string | undefined;
  readonly Color?: string | undefined;
  readonly Key?: string | undefined;
}

export function decisionsOf(settings: readonly Setting[]): LabelDecision[] {
  return settings.map(({ Name = "", Color = "", Key = "" }) => ({ name: Name, color: Color, key: Key }));
}

/** Lists entries in one order that stays what it is while they are labelled. */
export function entryPortOf(place: Place, show: Show, order: "position" | "unlike"): EntryPort {
  let snapshot: string | undefined;
  return {
    page: async (from): Promise<EntryPage> => {
      const answer = await call(
        "vedette",
        "QueryEntries",
        {
          ProjectArn: place.projectArn,
          DatasetType: place.type,
          Filter: FILTERS[show],
          SortBy: order,
          MaxResults: PAGE,
          WithLines: true,
          Snapshot: snapshot,
          ...("around" in from ? { AroundEntryId: from.around } : { Offset: from.offset }),
        },
        { region: place.region },
      );
      snapshot = answer.Snapshot;
      const rows = (answer.Entries ?? []).map(rowOf);
      return { rows, offset: answer.Offset ?? 0, total: answer.Total ?? rows.length };
    },
  };
}

/** Who could not tell has answered too: such a picture is not among those without a label. */
const FILTERS: Readonly<Record<Show, Own.EntryFilter>> = {
  all: {},
  unlabelled: { Labeled: false, Unsure: false },
  labelled: { Labeled: true },
  errors: { HasErrors: true },
  unsure: { Unsure: true },
};

interface EntrySummary {
  readonly Id?: string | undefined;
  readonly SourceRef?: string | undefined;
  readonly Revision?: string | undefined;
  readonly Line?: string | undefined;
  readonly Labeled?: boolean | undefined;
}

export function rowOf(entry: EntrySummary): EntryRow {
  return {
    id: entry.Id ?? "",
    source: entry.SourceRef ?? "",
    line: entry.Line ?? "{}",
    revision: entry.Revision ?? "",
    isLabelled: entry.Labeled === true,
  };
}

export function outboxPortOf(place: Place): OutboxPort {
  const { projectArn, type, region } = place;
  return {
    send: async (edits) => {
      const answer = await call(
        "vedette",
        "UpdateEntries",
        {
          ProjectArn: projectArn,
          DatasetType: type,
          Edits: edits.map(({ line, base }) => ({ Line: line, Revision: base })),
        },
        { region },
      );
      return new Map((answer.Entries ?? []).map((entry) => [entry.SourceRef ?? "", entry.Revision ?? ""]));
    },
    sendMask: async (ref, bytes) => {
      const { bucket, key } = addressOf(ref);
      const input = { Bucket: bucket, Key: key, Body: base64Of(bytes), ContentType: "image/png" };
      await call("s3", "PutObject", input, { region });
    },
    find: async (source): Promise<StoredEntry | undefined> => {
      const answer = await call(
        "vedette",
        "ListEntries",
        { ProjectArn: projectArn, DatasetType: type, SourceRefContains: source, MaxResults: NAMESAKES },
        { region },
      );
      const entry = answer.Entries?.find(({ SourceRef }) => SourceRef === source);
      return entry && { line: entry.Line ?? "{}", revision: entry.Revision ?? "" };
    },
    judge,
    explain,
  };
}

export function explain(error: unknown): Rejection {
  const { status, code, message, requestId } = asFault(error);
  return { status, code, message, requestId };
}

/** Who is signed out signs in again, and what was labelled goes on its way then. */
export function judge(error: unknown): Failure {
  const fault = asFault(error);
  if (fault.isPassing || fault.isSignedOut || fault.isOfOtherSession) {
    return "passing";
  }
  return fault.status === 409 ? "stale" : "refused";
}

/** Fetch a picture, or a mask, as it is stored. */
export async function fetchPicture(
  source: string,
  region: string,
  signal?: AbortSignal,
  round?: string,
): Promise<Blob> {
  const query = round === undefined ? "" : `&round=${round}`;
  const answer = await send(`picture?source=${encodeURIComponent(source)}${query}`, { region, signal });
  return answer.blob();
}

/** Return the address of a mask of a picture: beside nothing that an import of folders would take for pictures. */
function maskAddress(place: Place, source: string, bytes: Uint8Array): string {
  return maskAddressBelow(`vedette-masks/${place.project}/${place.type}`, source, bytes);
}

export function maskAddressBelow(folder: string, source: string, bytes: Uint8Array): string {
  const { bucket, key } = addressOf(source);
  const stem = (key.split("/").at(-1) ?? "picture").replace(/\.[^.]*$/, "");
  return `s3://${bucket}/${folder}/${stem}-${digestOf(bytes)}.png`;
}

function addressOf(source: string): { readonly bucket: string; readonly key: string } {
  const [, bucket = "", key = ""] = /^s3:\/\/([^/]+)\/(.*)$/is.exec(source) ?? [];
  return { bucket, key };
}

/**
 * A name for these bytes, so that two people never write to one object: FNV-1a, twice, from two starts. It
 * keeps nobody from anything; Web Crypto has better hashes, but not on plain http from another machine.
 */
function digestOf(bytes: Uint8Array): string {
  return [0x811c9dc5, 0x01000193]
    .map((start) => {
      let hash = start;
      for (const byte of bytes) {
        hash = Math.imul(hash ^ byte, 0x01000193);
      }
      return (hash >>> 0).toString(16).padStart(8, "0");
    })
    .join("");
}

export function base64Of(bytes: Uint8Array): string {
  let text = "";
  // In parts, since a call takes a limited number of arguments.
  for (let place = 0; place < bytes.length; place += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(place, place + 0x8000));
  }
  return btoa(text);
}
