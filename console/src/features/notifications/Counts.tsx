/** How many deliveries of a topic wait, were heard, and were given up. */
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { useText } from "./text";

export function Counts({ topic }: { readonly topic: Own.NotificationTopic }) {
  const t = useText();
  const formats = useFormats();
  const { Waiting = 0, Sent = 0, GivenUp = 0 } = topic;
  if (Waiting + Sent + GivenUp === 0) return <>{t("countNone")}</>;
  return (
    <SpaceBetween size="xxs">
      {Sent > 0 && (
        <StatusIndicator type="success">{t("countSent", { number: formats.number(Sent) })}</StatusIndicator>
      )}
      {Waiting > 0 && (
        <StatusIndicator type="pending">
          {t("countWaiting", { number: formats.number(Waiting) })}
        </StatusIndicator>
      )}
      {GivenUp > 0 && (
        <StatusIndicator type="error">
          {t("countGivenUp", { number: formats.number(GivenUp) })}
        </StatusIndicator>
      )}
    </SpaceBetween>
  );
}
