/** Everything the console says in one language: a file of its own, loaded when the language is chosen. */
import cloudscape from "@cloudscape-design/components/i18n/messages/all.id";
import type { Messages } from "../texts";

export const components = cloudscape;
export const files = import.meta.glob<Messages>(
  ["../../ui/messages/id.ts", "../../intake/messages/id.ts", "../../features/*/messages/id.ts"],
  { eager: true, import: "messages" },
);
