/** The labelling page, which comes with its canvas when it is first opened. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/datasets/:type/label",
    lazy: async () => ({ Component: (await import("./LabelPage")).LabelPage }),
  },
  {
    path: "my-work/:round/label",
    lazy: async () => ({ Component: (await import("./RoundLabelPage")).RoundLabelPage }),
  },
];
