/** The server's sentences for pages: a hook and a component. Their catalogues are loaded when one is needed. */
import { useEffect, useSyncExternalStore } from "react";
import { useLanguage } from "../i18n/context";
import type { Language } from "../i18n/languages";
import { sayIn, type SaySentence, type Sentences } from "./sentences";

export type { SaySentence } from "./sentences";

type Loader = () => Promise<{ readonly messages: Sentences }>;

const LOADERS: Readonly<Record<Exclude<Language, "en">, Loader>> = {
  fr: () => import("./messages/fr"),
  "pt-BR": () => import("./messages/pt-BR"),
  "zh-CN": () => import("./messages/zh-CN"),
  id: () => import("./messages/id"),
};

const asItIs: SaySentence = (text) => text;
const ready = new Map<Language, SaySentence>();
const asked = new Set<Language>();
const listeners = new Set<() => void>();

async function load(language: Exclude<Language, "en">): Promise<void> {
  const [english, others] = await Promise.all([import("./messages/en"), LOADERS[language]()]);
  ready.set(language, sayIn(english.messages, others.messages, language));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What says the server's sentences; in English until the language's catalogue is there. */
export function useSentence(): SaySentence {
  const [language] = useLanguage();
  useEffect(() => {
    if (language === "en" || asked.has(language)) return;
    asked.add(language);
    // One that could not be fetched is fetched again for the next sentence.
    load(language).catch(() => asked.delete(language));
  }, [language]);
  return useSyncExternalStore(subscribe, () => ready.get(language) ?? asItIs);
}

/** A sentence of the server; names in it may be written in another direction than the rest. */
export function Sentence({ text }: { readonly text: string }) {
  const say = useSentence();
  return <bdi>{say(text)}</bdi>;
}
