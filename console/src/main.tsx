/**
 * Where the console begins: a small file that asks for everything at once. Who is signed in, the words of the
 * language and the pages' code come beside one another, and are drawn when the last two are there.
 */
import "@cloudscape-design/global-styles/index.css";
import { beginSession } from "./api/first";
import "./app.css";
import { loadCatalogue } from "./i18n/catalogue";
import { initialLanguage } from "./i18n/languages";
import { applyTheme } from "./ui/theme";

async function begin(): Promise<void> {
  beginSession();
  applyTheme();
  const language = initialLanguage();
  document.documentElement.lang = language;
  const [{ draw }, catalogue] = await Promise.all([import("./app"), loadCatalogue(language)]);
  draw(catalogue);
}

void begin();
