import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/datasets/new",
    lazy: async () => ({ Component: (await import("./WizardPage")).WizardPage }),
  },
];
