/** Conditions in the chosen language. */
import type { Monitoring } from "../../api";
import { useFormats } from "../../i18n/context";
import { conditionOf, formulaOf, type Choice } from "./conditions";
import { useText } from "./text";

/** What is told, in a sentence with its value. */
export function useSays(): (choice: Choice) => string {
  const t = useText();
  const formats = useFormats();
  return ({ id, value }) => {
    if (id === "silent") return t("says_silent", { count: value });
    if (id === "drift") return t("says_drift");
    return t(`says_${id}`, { value: formats.number(value) });
  };
}

/** What an alarm is about: in words where they are true of it, else in its own. */
export function useAbout(): (alarm: Monitoring.MetricAlarm) => string {
  const says = useSays();
  return (alarm) => {
    const choice = conditionOf(alarm);
    return choice === null ? formulaOf(alarm) : says(choice);
  };
}
