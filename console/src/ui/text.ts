/** The messages of the frame and of what several pages share. */
import { textOf } from "../i18n/context";
import type { messages } from "./messages/en";

export const useUiText = textOf<typeof messages>("ui");
