/** Trial detections: a version run over pictures without labels, its guesses verified and learnt from. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/trials",
    lazy: async () => ({ Component: (await import("./TrialsPage")).TrialsPage }),
  },
  {
    path: "projects/:service/:project/trials/:trial",
    lazy: async () => ({ Component: (await import("./TrialPage")).TrialPage }),
  },
];
