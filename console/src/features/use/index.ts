/** A version in use: started and stopped, tried on pictures, called from programs. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/versions/:version/use",
    lazy: async () => ({ Component: (await import("./UsePage")).UsePage }),
  },
];
