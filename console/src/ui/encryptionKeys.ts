/** The account's encryption keys with their names: for their page, and for wherever one is chosen. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { call, useRegion, type Kms } from "../api";
import { aliasName } from "./keyNames";

export interface EncryptionKeyRow {
  readonly id: string;
  /** Names without "alias/". */
  readonly aliases: readonly string[];
  /** Nothing of a key that is in the list and that this person may not describe. */
  readonly facts: Kms.KeyMetadata | null;
}

interface KeyPage {
  readonly keys: readonly EncryptionKeyRow[];
  readonly marker: string | undefined;
}

/** Each key of a page is described by a request of its own, as the service has it. */
const A_PAGE = 50;
const MOST_ALIASES = 1000;

/** What a key is called: its first name, else the end of its id. */
export function titleOf(row: EncryptionKeyRow): string {
  return row.aliases[0] ?? row.id;
}

export function isOwn(row: EncryptionKeyRow): boolean {
  return row.facts !== null && row.facts.KeyManager !== "AWS";
}

/** Whether something can be encrypted by it now. */
export function isUsable(row: EncryptionKeyRow): boolean {
  return row.facts?.KeyState === "Enabled";
}

async function describe(id: string, region: string): Promise<Kms.KeyMetadata | null> {
  try {
    return (await call("kms", "DescribeKey", { KeyId: id }, { region })).KeyMetadata ?? null;
  } catch {
    // A policy of its own may keep a key from who may list it; it may have ended meanwhile.
    return null;
  }
}

async function readAliases(region: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const names = new Map<string, readonly string[]>();
  let marker: string | undefined;
  do {
    const page = await call("kms", "ListAliases", { Limit: MOST_ALIASES, Marker: marker }, { region }).catch(
      () => ({ Aliases: [], NextMarker: undefined }),
    );
    for (const { AliasName = "", TargetKeyId = "" } of page.Aliases ?? []) {
      names.set(TargetKeyId, [...(names.get(TargetKeyId) ?? []), aliasName(AliasName)]);
    }
    marker = page.NextMarker;
  } while (marker !== undefined);
  return names;
}

async function readPage(region: string, marker: string | undefined): Promise<KeyPage> {
  const listed = await call("kms", "ListKeys", { Limit: A_PAGE, Marker: marker }, { region });
  const aliases = await readAliases(region);
  const keys = await Promise.all(
    (listed.Keys ?? []).map(async ({ KeyId: id = "" }) => ({
      id,
      aliases: aliases.get(id) ?? [],
      facts: await describe(id, region),
    })),
  );
  return { keys, marker: listed.NextMarker };
}

/** The keys, page by page; every change of a key asks for them anew. */
export function useEncryptionKeys() {
  const region = useRegion();
  return useInfiniteQuery({
    queryKey: ["kms", "keys", region],
    queryFn: ({ pageParam }) => readPage(region, pageParam ?? undefined),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.marker,
    staleTime: 0,
  });
}
