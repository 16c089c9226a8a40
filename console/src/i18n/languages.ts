/** The languages of the console, and which of them a browser asks for. */

export const LANGUAGES = {
  en: "English",
  fr: "Français",
  "pt-BR": "Português (Brasil)",
  "zh-CN": "简体中文",
  id: "Bahasa Indonesia",
} as const;

export type Language = keyof typeof LANGUAGES;

const REMEMBERED = "vedette.language";

export function isLanguage(name: string | null): name is Language {
  return name !== null && Object.hasOwn(LANGUAGES, name);
}

/** The first of the wanted languages that the console has: by its whole name, or by its first part. */
export function bestLanguage(wanted: readonly string[]): Language {
  for (const name of wanted) {
    const first = name.toLowerCase().split("-")[0];
    const language = (Object.keys(LANGUAGES) as Language[]).find((known) => known.split("-")[0] === first);
    if (language !== undefined) return language;
  }
  return "en";
}

export function initialLanguage(): Language {
  const remembered = localStorage.getItem(REMEMBERED);
  return isLanguage(remembered) ? remembered : bestLanguage(navigator.languages);
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(REMEMBERED, language);
}

/** Tells of a language that was chosen in another tab; returns what ends that. */
export function watchLanguage(tell: (language: Language) => void): () => void {
  const look = ({ key, newValue }: StorageEvent) => {
    if (key === REMEMBERED && isLanguage(newValue)) tell(newValue);
  };
  window.addEventListener("storage", look);
  return () => window.removeEventListener("storage", look);
}
