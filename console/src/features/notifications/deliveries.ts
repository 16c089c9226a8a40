/** What the page knows of deliveries and topics: the sign of a state, and what a topic reaches. */
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own } from "../../api";

export type Stage = "sent" | "givenUp" | "waiting" | "retried";

export const SIGNS: Readonly<Record<Stage, StatusIndicatorProps.Type>> = {
  sent: "success",
  givenUp: "error",
  waiting: "pending",
  retried: "warning",
};

/** Of one that waits, whether somebody did not hear it yet; a state that is not known waits. */
export function stageOf({ State, Problem = "" }: Own.NotificationDelivery): Stage {
  if (State === "sent") return "sent";
  if (State === "given up") return "givenUp";
  return Problem === "" ? "waiting" : "retried";
}

const KINDS = ["alarm", "training", "model", "drift", "objects", "test"] as const;
export type Kind = (typeof KINDS)[number];

/** What a delivery tells, where it is one of ours. */
export function kindOf(kind: string | undefined): Kind | null {
  return KINDS.find((known) => known === kind) ?? null;
}

/** Alarms that name a topic call it whatever else it waits for. */
export function kindsOf({ Events = [] }: Own.NotificationTopic): readonly string[] {
  return ["alarm", ...Events];
}

/** The words of the operator's file for one topic: the least that works. */
export const EXAMPLE = `[topics.night-shift]
webhook = "https://hooks.example/line-4"
secret = "a long random text"
events = ["training", "model", "drift"]
emails = ["shift@example.com"]`;
