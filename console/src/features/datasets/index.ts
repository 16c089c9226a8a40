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
  {
    path: "projects/:service/:project/datasets/:type/camera",
    lazy: async () => ({ Component: (await import("./capture/CameraPage")).CameraPage }),
  },
  {
    path: "projects/:service/:project/datasets/:type/video",
    lazy: async () => ({ Component: (await import("./capture/VideoPage")).VideoPage }),
  },
  {
    path: "projects/:service/:project/datasets/:type/export",
    lazy: async () => ({ Component: (await import("./capture/ExportPage")).ExportPage }),
  },
];
