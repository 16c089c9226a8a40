/** Keys of the account's own that encrypt buckets, trainings and what programs bring. */
import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  { path: "keys", lazy: async () => ({ Component: (await import("./KeysPage")).KeysPage }) },
  { path: "keys/:key", lazy: async () => ({ Component: (await import("./KeyPage")).KeyPage }) },
];
