/** Who changed what in a dataset, and its snapshots. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/datasets/:type/history",
    lazy: async () => ({ Component: (await import("./HistoryPage")).HistoryPage }),
  },
  {
    path: "projects/:service/:project/datasets/:type/snapshots",
    lazy: async () => ({ Component: (await import("./SnapshotsPage")).SnapshotsPage }),
  },
  {
    path: "projects/:service/:project/datasets/:type/snapshots/:snapshot",
    lazy: async () => ({ Component: (await import("./SnapshotPage")).SnapshotPage }),
  },
];
