/** Everything the console says in one language: a file of its own, loaded when the language is chosen. */
import cloudscape from "@cloudscape-design/components/i18n/messages/all.pt-BR";
import type { Messages } from "../texts";

export const components = cloudscape;
export const files = import.meta.glob<Messages>(
  ["../../ui/messages/pt-BR.ts", "../../intake/messages/pt-BR.ts", "../../features/*/messages/pt-BR.ts"],
  { eager: true, import: "messages" },
);
