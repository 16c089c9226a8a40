/** A picture's own name, out of its address. */
export function nameOf(source: string): string {
  return source.slice(source.lastIndexOf("/") + 1);
}
