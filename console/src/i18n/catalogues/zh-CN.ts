/** Everything the console says in one language: a file of its own, loaded when the language is chosen. */
import cloudscape from "@cloudscape-design/components/i18n/messages/all.zh-CN";
import type { Messages } from "../texts";

export const components = cloudscape;
export const files = import.meta.glob<Messages>(
  ["../../ui/messages/zh-CN.ts", "../../intake/messages/zh-CN.ts", "../../features/*/messages/zh-CN.ts"],
  { eager: true, import: "messages" },
);
