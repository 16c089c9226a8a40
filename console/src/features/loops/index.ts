/** Feedback loops: a version improved by what people say of new pictures; begun, followed and gone on with. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/loops",
    lazy: async () => ({ Component: (await import("./LoopsPage")).LoopsPage }),
  },
  {
    path: "projects/:service/:project/loops/:loop",
    lazy: async () => ({ Component: (await import("./LoopPage")).LoopPage }),
  },
];
