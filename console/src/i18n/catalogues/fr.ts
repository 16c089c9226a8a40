/** Everything the console says in one language: a file of its own, loaded when the language is chosen. */
import cloudscape from "@cloudscape-design/components/i18n/messages/all.fr";
import type { Messages } from "../texts";

export const components = cloudscape;
export const files = import.meta.glob<Messages>(
  ["../../ui/messages/fr.ts", "../../intake/messages/fr.ts", "../../features/*/messages/fr.ts"],
  { eager: true, import: "messages" },
);
