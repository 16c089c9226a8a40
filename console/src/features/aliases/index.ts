/** Aliases: names that point to versions, moved and rolled back. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/aliases",
    lazy: async () => ({ Component: (await import("./AliasesPage")).AliasesPage }),
  },
];
