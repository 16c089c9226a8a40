/** Edge packages of a project's models: ordered, followed and fetched. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/packages",
    lazy: async () => ({ Component: (await import("./PackagesPage")).PackagesPage }),
  },
];
