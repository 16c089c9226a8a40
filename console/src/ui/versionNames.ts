/** Names of versions: what the service allows, and which one to propose. */
const NAME = /^[a-zA-Z0-9_.-]{1,255}$/u;

export function isVersionName(name: string): boolean {
  return NAME.test(name);
}

/** The next of v1, v2, …, or of whatever numbers the names end with. */
export function nextName(names: readonly string[]): string {
  const numbers = names.map((name) => Number(/^v(\d{1,9})$/u.exec(name)?.[1] ?? 0));
  let number = Math.max(names.length, ...numbers) + 1;
  while (names.includes(`v${String(number)}`)) number += 1;
  return `v${String(number)}`;
}
