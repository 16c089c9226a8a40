/** Tags as values: what a person changed of them, and where they are kept. No React. */
export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** Where the tags of one thing lie, and how they are read and changed there. */
export interface TagPlace {
  readonly arn: string;
  readonly read: () => Promise<readonly Tag[]>;
  readonly write: (change: TagChange) => Promise<unknown>;
}

/** Tags that are new or say something else, and the keys of those that are gone. */
export interface TagChange {
  readonly set: readonly Tag[];
  readonly removed: readonly string[];
}

export function tagsOf(pairs: Readonly<Record<string, string>>): readonly Tag[] {
  return Object.entries(pairs).map(([key, value]) => ({ key, value }));
}

export function pairsOf(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ key, value }) => [key, value]));
}

export function changeOfTags(before: readonly Tag[], now: readonly Tag[]): TagChange {
  const values = new Map(before.map(({ key, value }) => [key, value]));
  return {
    set: now.filter(({ key, value }) => values.get(key) !== value),
    removed: before.map(({ key }) => key).filter((key) => !now.some((tag) => tag.key === key)),
  };
}

/** What the tags are after a change, whatever somebody else has set meanwhile under other keys. */
export function tagsAfter(
  stored: Readonly<Record<string, string>>,
  { set, removed }: TagChange,
): Readonly<Record<string, string>> {
  const kept = Object.entries(stored).filter(([key]) => !removed.includes(key));
  return { ...Object.fromEntries(kept), ...pairsOf(set) };
}
