/** Labelling rounds: those of a dataset, one of them, and what is open for whoever is signed in. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "my-work", lazy: async () => ({ Component: (await import("./MyWorkPage")).MyWorkPage }) },
  {
    path: "projects/:service/:project/datasets/:type/rounds",
    lazy: async () => ({ Component: (await import("./RoundsPage")).RoundsPage }),
  },
  {
    path: "projects/:service/:project/datasets/:type/rounds/:round",
    lazy: async () => ({ Component: (await import("./RoundPage")).RoundPage }),
  },
];
