/** Names and states of keys, as values. */
export type KeyState = "Enabled" | "Disabled" | "PendingDeletion";

const ALIAS = "alias/";

/** A name without the word that every name of a key begins with. */
export function aliasName(name: string | undefined): string {
  return (name ?? "").replace(/^alias\//u, "");
}

export function fullAlias(name: string): string {
  return name.startsWith(ALIAS) ? name : ALIAS + name;
}

/** What an alias may be, without "alias/": the service's own are of services. */
export function isAliasName(name: string): boolean {
  return /^[a-zA-Z0-9/_-]{1,250}$/u.test(name) && !name.startsWith("aws/");
}
