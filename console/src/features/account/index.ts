import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "account", lazy: async () => ({ Component: (await import("./MinePage")).MinePage }) },
  { path: "account/users", lazy: async () => ({ Component: (await import("./UsersPage")).UsersPage }) },
  { path: "account/users/:user", lazy: async () => ({ Component: (await import("./UserPage")).UserPage }) },
  { path: "account/groups", lazy: async () => ({ Component: (await import("./GroupsPage")).GroupsPage }) },
  {
    path: "account/policies",
    lazy: async () => ({ Component: (await import("./PoliciesPage")).PoliciesPage }),
  },
];
