/** What is asked of a dataset, as the page's address says it. */
import type { Own } from "../../../api";

export type SortKey = NonNullable<Own.QueryEntriesRequest["SortBy"]>;
export const SORT_KEYS: readonly SortKey[] = [
  "position",
  "name",
  "added",
  "label",
  "size",
  "unlike",
  "alike",
];

export interface Question {
  readonly filter: Own.EntryFilter;
  readonly sort: SortKey;
  readonly isDescending: boolean;
}

const FLAGS = {
  errors: "HasErrors",
  twins: "HasTwin",
  shared: "IsShared",
} as const;
const NUMBERS = {
  minside: "LeastSide",
  maxside: "MostSide",
} as const;

type Draft = { -readonly [Key in keyof Own.EntryFilter]: Own.EntryFilter[Key] };

/** The moment at which a day of this place begins, some days later; null for what is no day. */
function startOf(day: string, later: number): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(day)) return null;
  const moment = new Date(`${day}T00:00`);
  if (Number.isNaN(moment.getTime())) return null;
  moment.setDate(moment.getDate() + later);
  return moment.toISOString();
}

function since(day: string): Draft {
  const start = startOf(day, 0);
  if (start === null) return {};
  // The service's condition leaves out what came in the very moment.
  return { AfterCreationDate: new Date(Date.parse(start) - 1).toISOString() };
}

function until(day: string): Draft {
  const end = startOf(day, 1);
  return end === null ? {} : { BeforeCreationDate: end };
}

/** Who could not tell has answered too. */
const UNANSWERED: Draft = { Labeled: false, Unsure: false };

/** What each key of an address means; a value that is not understood means nothing. */
const READERS: Readonly<Record<string, (values: readonly string[], value: string) => Draft>> = {
  label: (values) => ({ Labels: values }),
  without: (values) => ({ WithoutLabels: values }),
  labelled: (_, value) => (value === "yes" ? { Labeled: true } : value === "no" ? UNANSWERED : {}),
  class: (_, value) => (value === "normal" || value === "anomaly" ? { AnomalyClass: value } : {}),
  name: (_, value) => (value === "" ? {} : { NameContains: value }),
  since: (_, value) => since(value),
  until: (_, value) => until(value),
  unsure: (_, value) => (value === "yes" ? { Unsure: true } : {}),
  broken: (_, value) => (value === "yes" ? { PictureStates: ["broken", "missing"] } : {}),
};

function readPlain(search: URLSearchParams): Draft {
  const draft: Draft = {};
  for (const [key, member] of Object.entries(FLAGS)) if (search.get(key) === "yes") draft[member] = true;
  for (const [key, member] of Object.entries(NUMBERS)) {
    const value = Number.parseInt(search.get(key) ?? "", 10);
    if (value >= 0) draft[member] = value;
  }
  return draft;
}

/** Reads the question from an address's query. */
export function readQuestion(search: URLSearchParams): Question {
  const filter: Draft = readPlain(search);
  for (const [key, read] of Object.entries(READERS)) {
    const values = search.getAll(key);
    Object.assign(filter, values.length > 0 ? read(values, values[0] ?? "") : {});
  }
  const sort = SORT_KEYS.find((known) => known === search.get("sort")) ?? "position";
  return { filter, sort, isDescending: search.get("order") === "desc" };
}

/** One condition of the address, as a token that can be taken away. */
export interface Token {
  readonly key: string;
  readonly value: string;
}

const TOKENS = [
  "label",
  "without",
  "labelled",
  "unsure",
  "class",
  "name",
  "since",
  "until",
  "broken",
  "errors",
  "twins",
  "shared",
  "minside",
  "maxside",
];

export function tokensOf(search: URLSearchParams): Token[] {
  return TOKENS.flatMap((key) => search.getAll(key).map((value) => ({ key, value })));
}

export function withToken(search: URLSearchParams, token: Token): URLSearchParams {
  const next = new URLSearchParams(search);
  if (token.key === "label" || token.key === "without") {
    if (!next.getAll(token.key).includes(token.value)) next.append(token.key, token.value);
  } else {
    next.set(token.key, token.value);
  }
  return next;
}

export function withoutToken(search: URLSearchParams, token: Token): URLSearchParams {
  const next = new URLSearchParams(search);
  const rest = next.getAll(token.key).filter((value) => value !== token.value);
  next.delete(token.key);
  for (const value of rest) next.append(token.key, value);
  return next;
}
