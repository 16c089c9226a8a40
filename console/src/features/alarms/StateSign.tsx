/** An alarm's state, in a word and a colour. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { SIGNS, stateOf } from "./alarms";
import { useText } from "./text";

export function StateSign({ state }: { readonly state: string | undefined }) {
  const t = useText();
  const known = stateOf(state);
  return (
    <StatusIndicator type={SIGNS[known]} wrapText>
      {t(`state_${known}`)}
    </StatusIndicator>
  );
}
