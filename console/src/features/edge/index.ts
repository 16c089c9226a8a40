/** Edge packages of a project's models: ordered, followed and fetched; and the devices that take them. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/packages",
    lazy: async () => ({ Component: (await import("./PackagesPage")).PackagesPage }),
  },
  {
    path: "devices",
    lazy: async () => ({ Component: (await import("./DevicesPage")).DevicesPage }),
  },
  {
    path: "devices/:device",
    lazy: async () => ({ Component: (await import("./DevicePage")).DevicePage }),
  },
];
