/** Two versions on the same test pictures. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/compare",
    lazy: async () => ({ Component: (await import("./ComparePage")).ComparePage }),
  },
];
