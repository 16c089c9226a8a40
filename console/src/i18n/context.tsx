/** The chosen language for React: its provider, the hooks that say messages, and its numbers and dates. */
import { I18nProvider } from "@cloudscape-design/components/i18n";
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { loadCatalogue, type Catalogue } from "./catalogue";
import { rememberLanguage, watchLanguage, type Language } from "./languages";
import { fill, type Messages, type Say } from "./texts";

interface Chosen {
  readonly catalogue: Catalogue;
  readonly choose: (language: Language) => void;
}

const Context = createContext<Chosen | null>(null);

export function LanguageProvider(props: { readonly first: Catalogue; readonly children: ReactNode }) {
  const [catalogue, setCatalogue] = useState(props.first);
  const chosen = useMemo(() => {
    const choose = (language: Language) => {
      rememberLanguage(language);
      void show(language).then(setCatalogue);
    };
    return { catalogue, choose };
  }, [catalogue]);
  useEffect(
    () =>
      // Chosen in another tab: all tabs of a browser speak one language.
      watchLanguage((language) => {
        void show(language).then(setCatalogue);
      }),
    [],
  );
  return (
    <Context value={chosen}>
      <I18nProvider locale={catalogue.language} messages={[catalogue.components]}>
        {props.children}
      </I18nProvider>
    </Context>
  );
}

async function show(language: Language): Promise<Catalogue> {
  const loaded = await loadCatalogue(language);
  document.documentElement.lang = language;
  return loaded;
}

function useChosen(): Chosen {
  const chosen = useContext(Context);
  if (chosen === null) throw new Error("no language above this component");
  return chosen;
}

export function useLanguage(): readonly [Language, (language: Language) => void] {
  const { catalogue, choose } = useChosen();
  return [catalogue.language, choose];
}

/** Makes the hook by which a folder says its messages: `export const useText = textOf<typeof en>("home")`. */
export function textOf<M extends Messages>(folder: string): () => Say<M> {
  return function useText() {
    const { catalogue } = useChosen();
    return useMemo(() => {
      const messages = catalogue.folders.get(folder) ?? {};
      const say = (key: string, values?: Readonly<Record<string, string | number>>): string => {
        const message = messages[key];
        return message === undefined ? key : fill(message, catalogue.language, values);
      };
      return say;
    }, [catalogue]);
  };
}

function makeFormats(language: Language) {
  const numbers = new Intl.NumberFormat(language);
  const percents = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
  // Of what covers little: a scratch may be a thousandth of its picture.
  const areas = new Intl.NumberFormat(language, { style: "percent", maximumSignificantDigits: 3 });
  const days = new Intl.DateTimeFormat(language, { dateStyle: "medium" });
  const dates = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return {
    number: (value: number) => numbers.format(value),
    percent: (share: number) => percents.format(share),
    area: (share: number) => areas.format(share),
    day: (iso: string | undefined) => (iso === undefined ? "–" : days.format(new Date(iso))),
    date: (iso: string | undefined) => (iso === undefined ? "–" : dates.format(new Date(iso))),
  };
}

type Formats = ReturnType<typeof makeFormats>;

/** Made once a language: a page may have hundreds of components that write numbers. */
const formats = new Map<Language, Formats>();

/** Numbers, dates and sizes as the chosen language writes them. */
export function useFormats(): Formats {
  const [language] = useLanguage();
  const known = formats.get(language) ?? makeFormats(language);
  formats.set(language, known);
  return known;
}
