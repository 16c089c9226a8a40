/** Where the console begins: its language first, so that no page is ever shown without words. */
import "@cloudscape-design/global-styles/index.css";
import "./app.css";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { loadCatalogue } from "./i18n/catalogue";
import { initialLanguage } from "./i18n/languages";
import { applyTheme } from "./ui/theme";

async function begin(): Promise<void> {
  applyTheme();
  const language = initialLanguage();
  document.documentElement.lang = language;
  const catalogue = await loadCatalogue(language);
  const root = document.getElementById("root");
  if (root !== null) createRoot(root).render(<App catalogue={catalogue} />);
}

void begin();
