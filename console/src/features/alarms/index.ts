/** Alarms: what is watched, whom it calls, and what happened. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "alarms", lazy: async () => ({ Component: (await import("./AlarmsPage")).AlarmsPage }) },
  { path: "alarms/:alarm", lazy: async () => ({ Component: (await import("./AlarmPage")).AlarmPage }) },
];
