/** Messages with their typed parameters and plural forms, and how one is said. No React, no catalogue. */

export interface Plural {
  readonly one?: string;
  readonly many?: string;
  readonly other: string;
}
export type Message = string | Plural;
export type Messages = Readonly<Record<string, Message>>;

/** A catalogue in another language: the same keys, plural where English is. */
export type Translation<M extends Messages> = {
  readonly [Key in keyof M]: M[Key] extends string ? string : Plural;
};

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;
type ParametersOf<M extends Message> = M extends { readonly other: infer Other extends string }
  ? NamesIn<Other> | "count"
  : M extends string
    ? NamesIn<M>
    : never;
type Values<M extends Message> = Readonly<Record<ParametersOf<M>, string | number>>;

/** Says a message by its key; parameters are demanded where the English text has them. */
export type Say<M extends Messages> = <Key extends keyof M & string>(
  key: Key,
  ...values: [ParametersOf<M[Key]>] extends [never] ? [] : [Values<M[Key]>]
) => string;

const PLACE = /\{(\w+)\}/gu;

/** Making one of these takes longer than all else that a message needs. */
const plurals = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

function pluralsOf(language: string): Intl.PluralRules {
  const known = plurals.get(language) ?? new Intl.PluralRules(language);
  plurals.set(language, known);
  return known;
}

function numbersOf(language: string): Intl.NumberFormat {
  const known = numbers.get(language) ?? new Intl.NumberFormat(language);
  numbers.set(language, known);
  return known;
}

function formOf(message: Message, language: string, count: unknown): string {
  if (typeof message === "string") return message;
  const form = pluralsOf(language).select(typeof count === "number" ? count : 0);
  if (form === "one" || form === "many") return message[form] ?? message.other;
  return message.other;
}

/** Fills a message's places; numbers are written as the language writes them. */
export function fill(
  message: Message,
  language: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  return formOf(message, language, values.count).replace(PLACE, (place, name: string) => {
    const value = values[name];
    if (typeof value === "number") return numbersOf(language).format(value);
    return value ?? place;
  });
}

/** The places of a message, for the test that a translation has the same. */
export function placesOf(message: Message): ReadonlySet<string> {
  const forms = typeof message === "string" ? [message] : Object.values<string>({ ...message });
  return new Set(forms.flatMap((form) => [...form.matchAll(PLACE)].map((match) => match[1] ?? "")));
}
