/** Whom an alarm calls, by the names of topics. */
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Monitoring } from "../../api";
import { topicOf } from "./alarms";
import { useText } from "./text";

export function Called({ alarm }: { readonly alarm: Monitoring.MetricAlarm }) {
  const t = useText();
  const { AlarmActions = [], OKActions = [], InsufficientDataActions = [], ActionsEnabled = true } = alarm;
  const topics = [...new Set([...AlarmActions, ...OKActions, ...InsufficientDataActions].map(topicOf))];
  if (topics.length === 0) return <>{t("callsNobody")}</>;
  if (!ActionsEnabled) return <StatusIndicator type="stopped">{t("callsOff")}</StatusIndicator>;
  return <bdi>{topics.join(", ")}</bdi>;
}
