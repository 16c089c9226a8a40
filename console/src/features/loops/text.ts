import { textOf } from "../../i18n/context";
import type { messages } from "./messages/en";

export const useText = textOf<typeof messages>("loops");
