/** Where trainings and units run, why something waits, and nodes that are emptied. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "cluster",
    lazy: async () => ({ Component: (await import("./ClusterPage")).ClusterPage }),
  },
];
