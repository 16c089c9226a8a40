/** Guesses verified and learnt from: of trials over pictures without labels, and of what production asks. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/trials",
    lazy: async () => ({ Component: (await import("./TrialsPage")).TrialsPage }),
  },
  {
    path: "projects/:service/:project/feedback",
    lazy: async () => ({ Component: (await import("./FeedbackPage")).FeedbackPage }),
  },
  {
    path: "projects/:service/:project/trials/:trial",
    lazy: async () => ({ Component: (await import("./TrialPage")).TrialPage }),
  },
];
