import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "projects", lazy: async () => ({ Component: (await import("./ProjectsPage")).ProjectsPage }) },
  {
    path: "projects/:service/:project",
    lazy: async () => ({ Component: (await import("./ProjectPage")).ProjectPage }),
  },
];
