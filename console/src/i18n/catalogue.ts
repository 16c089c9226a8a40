/** Loads the catalogue of a language and finds a folder's messages in it. */
import type { I18nProviderProps } from "@cloudscape-design/components/i18n";
import type { Language } from "./languages";
import type { Messages } from "./texts";

interface CatalogueFile {
  readonly components: I18nProviderProps.Messages;
  readonly files: Readonly<Record<string, Messages>>;
}

export interface Catalogue {
  readonly language: Language;
  readonly components: I18nProviderProps.Messages;
  /** Messages by the folder that says them: "ui", or the name of a feature. */
  readonly folders: ReadonlyMap<string, Messages>;
}

const LOADERS: Readonly<Record<Language, () => Promise<CatalogueFile>>> = {
  en: () => import("./catalogues/en"),
  fr: () => import("./catalogues/fr"),
  "pt-BR": () => import("./catalogues/pt-BR"),
  "zh-CN": () => import("./catalogues/zh-CN"),
  id: () => import("./catalogues/id"),
};

export async function loadCatalogue(language: Language): Promise<Catalogue> {
  const { components, files } = await LOADERS[language]();
  const folders = Object.entries(files).map(
    ([path, messages]) => [path.split("/").at(-3) ?? "", messages] as const,
  );
  return { language, components, folders: new Map(folders) };
}
