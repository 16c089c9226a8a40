/** What is told to topics outside: who hears of what, what waits, and what nobody heard. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "notifications",
    lazy: async () => ({ Component: (await import("./NotificationsPage")).NotificationsPage }),
  },
];
