/** The dashboard: what models were asked and found over time, and how long they ran. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "dashboard", lazy: async () => ({ Component: (await import("./DashboardPage")).DashboardPage }) },
];
