/** What the pages of alarms know: where one's page is, how a state is shown, and what a line of history says. */
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Monitoring } from "../../api";
import { segmentOf } from "../../ui/address";

export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

export const SIGNS: Readonly<Record<AlarmState, StatusIndicatorProps.Type>> = {
  OK: "success",
  ALARM: "error",
  INSUFFICIENT_DATA: "pending",
};

export function stateOf(state: string | undefined): AlarmState {
  return state === "OK" || state === "ALARM" ? state : "INSUFFICIENT_DATA";
}

export function routeOfAlarm(name: string): string {
  return `/alarms/${segmentOf(name)}`;
}

/** What asks anew when an alarm has changed; the move of one may be told to a topic. */
export const STALE = [["monitoring"], ["vedette", "ListNotifications"]] as const;

/** A topic's own name. */
export function topicOf(arn: string): string {
  return arn.split(":").at(-1) ?? arn;
}

export interface HistoryLine {
  readonly kind: "moved" | "called" | "notCalled" | "changed";
  readonly state: AlarmState | null;
  readonly topic: string;
  /** Why, in the server's words. */
  readonly reason: string;
}

function textOf(facts: Readonly<Record<string, unknown>>, key: string): string {
  const value = facts[key];
  return typeof value === "string" ? value : "";
}

function factsOf(data: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(data ?? "");
    return typeof parsed === "object" && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** A line of an alarm's history; what is not understood is told in the server's own words. */
export function lineOf(item: Monitoring.AlarmHistoryItem): HistoryLine {
  const facts = factsOf(item.HistoryData);
  const { HistorySummary = "" } = item;
  if (item.HistoryItemType === "StateUpdate" && textOf(facts, "newState") !== "") {
    const state = stateOf(textOf(facts, "newState"));
    return { kind: "moved", state, topic: "", reason: textOf(facts, "reason") };
  }
  if (item.HistoryItemType === "Action" && textOf(facts, "notificationResource") !== "") {
    const topic = topicOf(textOf(facts, "notificationResource"));
    const reason = textOf(facts, "error");
    const isCalled = textOf(facts, "actionState") === "Succeeded";
    return { kind: isCalled ? "called" : "notCalled", state: null, topic, reason };
  }
  return { kind: "changed", state: null, topic: "", reason: HistorySummary };
}
