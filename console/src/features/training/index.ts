/** Trainings: what one would learn, one under way, what came of it. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/train",
    lazy: async () => ({ Component: (await import("./TrainPage")).TrainPage }),
  },
  {
    path: "projects/:service/:project/versions",
    lazy: async () => ({ Component: (await import("./VersionsPage")).VersionsPage }),
  },
  {
    path: "projects/:service/:project/versions/:version",
    lazy: async () => ({ Component: (await import("./VersionPage")).VersionPage }),
  },
  {
    path: "projects/:service/:project/versions/:version/copies",
    lazy: async () => ({ Component: (await import("./CopiesPage")).CopiesPage }),
  },
];
