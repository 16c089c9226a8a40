/** Batches: a version asked about all pictures below an address by the server itself, watched and looked through. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/batches",
    lazy: async () => ({ Component: (await import("./BatchesPage")).BatchesPage }),
  },
  {
    path: "projects/:service/:project/batches/:batch",
    lazy: async () => ({ Component: (await import("./BatchPage")).BatchPage }),
  },
];
