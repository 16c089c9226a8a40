/** Everything the console says in one language: a file of its own, loaded when the language is chosen. */
import cloudscape from "@cloudscape-design/components/i18n/messages/all.en";
import type { Messages } from "../texts";

export const components = cloudscape;
export const files = import.meta.glob<Messages>(
  ["../../ui/messages/en.ts", "../../intake/messages/en.ts", "../../features/*/messages/en.ts"],
  { eager: true, import: "messages" },
);
