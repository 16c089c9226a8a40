import type { RouteObject } from "react-router";

export const routes: RouteObject[] = [
  {
    path: "projects/:service/:project/datasets",
    lazy: async () => ({ Component: (await import("./DatasetsPage")).DatasetsPage }),
  },
  {
    path: "projects/:service/:project/datasets/:type",
    lazy: async () => ({ Component: (await import("./gallery/GalleryPage")).GalleryPage }),
  },
];
