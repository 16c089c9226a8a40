/** How well a version does on its test pictures, and why. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/versions/:version/evaluation",
    lazy: async () => ({ Component: (await import("./EvaluationPage")).EvaluationPage }),
  },
];
