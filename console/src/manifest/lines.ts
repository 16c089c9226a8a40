/**
 * One line of a manifest: the twin of `vedette/manifest/lines.py`.
 *
 * A line keeps the text of every member that it came with, so what is not changed is written back character
 * by character: its spacing, the digits of its numbers, keys that nobody here knows.
 */

export const SOURCE = "source-ref";
export const PAIR_END = "-metadata";

/** Keys that belong to the service or to an evaluation, never to a labelling job. */
export const RESERVED: ReadonlySet<string> = new Set([
  SOURCE,
  `${SOURCE}${PAIR_END}`,
  "cl-metadata",
  "cl-errors",
  "cl-warnings",
]);
export const FINDINGS: ReadonlySet<string> = new Set(["errors", "warnings", "cl-errors", "cl-warnings"]);

/** A value of JSON, as `JSON.parse` gives it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A line that is no line: not JSON, no object, or an object that names a key twice. */
export class BadLine extends Error {
  override readonly name = "BadLine";
}

interface Member {
  readonly value: Json;
  readonly text: string;
}

export class Line {
  readonly text: string;
  readonly #members: ReadonlyMap<string, Member>;

  private constructor(text: string, members: ReadonlyMap<string, Member>) {
    this.text = text;
    this.#members = members;
  }

  static read(text: string): Line {
    let value: Json;
    try {
      value = JSON.parse(text) as Json;
    } catch (fault) {
      throw new BadLine(`This is not JSON: ${fault instanceof Error ? fault.message : String(fault)}.`);
    }
    if (!isObject(value)) {
      throw new BadLine("This is not a JSON object.");
    }
    return new Line(text, membersOf(text, value));
  }

  /** The picture's address, or nothing where the line names none. */
  get source(): string {
    const value = this.value(SOURCE);
    return typeof value === "string" ? value : "";
  }

  get keys(): readonly string[] {
    return [...this.#members.keys()];
  }

  has(key: string): boolean {
    return this.#members.has(key);
  }

  value(key: string): Json | undefined {
    return this.#members.get(key)?.value;
  }

  /** Return the line with these members set, in their place or at the end, and those left out. */
  change(changes: ReadonlyMap<string, Json>, without: Iterable<string> = []): Line {
    const members = new Map(this.#members);
    for (const key of without) {
      members.delete(key);
    }
    for (const [key, value] of changes) {
      members.set(key, memberOf(value, members.get(key)));
    }
    const isSame =
      members.size === this.#members.size &&
      [...members].every(([key, { text }]) => this.#members.get(key)?.text === text);
    return isSame ? this : new Line(join(members), members);
  }
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Return a member of an object, and nothing for what every object inherits. */
export function member(object: Json | undefined, key: string): Json | undefined {
  return isObject(object) && Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Return a class number, or whatever else stands for one, as the key that it has in a class map. */
export function asKey(value: Json | undefined): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** Say whether two values of JSON are equal; the order of keys does not matter. */
export function isEqual(one: Json | undefined, other: Json | undefined): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return (
      one.length === other.length && one.every((item, place) => isEqual(item as Json, other[place] as Json))
    );
  }
  if (isObject(one) && isObject(other)) {
    const keys = Object.keys(one);
    return (
      keys.length === Object.keys(other).length &&
      keys.every((key) => Object.hasOwn(other, key) && isEqual(one[key], other[key]))
    );
  }
  return one === other;
}

function memberOf(value: Json, before: Member | undefined): Member {
  return before !== undefined && isEqual(before.value, value)
    ? before
    : { value, text: JSON.stringify(value) };
}

function join(members: ReadonlyMap<string, Member>): string {
  return `{${[...members].map(([key, { text }]) => `${JSON.stringify(key)}:${text}`).join(",")}}`;
}

/** Cut the text of an object, which is known to be JSON, into its members. */
function membersOf(text: string, value: JsonObject): ReadonlyMap<string, Member> {
  const members = new Map<string, Member>();
  let place = text.indexOf("{") + 1;
  for (;;) {
    const keyStart = text.indexOf('"', place);
    if (keyStart < 0) {
      return members;
    }
    const keyEnd = endOfString(text, keyStart);
    const key = JSON.parse(text.slice(keyStart, keyEnd)) as string;
    const start = text.indexOf(":", keyEnd) + 1;
    const end = endOfValue(text, start);
    if (members.has(key)) {
      throw new BadLine(`The line has the key ${JSON.stringify(key)} twice.`);
    }
    members.set(key, { value: member(value, key) ?? null, text: text.slice(start, end).trim() });
    place = end + 1;
  }
}

function endOfString(text: string, start: number): number {
  let place = start + 1;
  while (text[place] !== '"') {
    place += text[place] === "\\" ? 2 : 1;
  }
  return place + 1;
}

/** Return where a value ends: before the comma or the bracket that follows it at its own level. */
function endOfValue(text: string, start: number): number {
  let level = 0;
  let place = start;
  while (place < text.length) {
    const character = text[place];
    if (character === '"') {
      place = endOfString(text, place);
      continue;
    }
    if (level === 0 && (character === "," || character === "}")) {
      return place;
    }
    level += character === "{" || character === "[" ? 1 : character === "}" || character === "]" ? -1 : 0;
    place += 1;
  }
  return place;
}
