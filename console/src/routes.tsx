/** Every address of the console: the pages of the features, below one sign-in and one frame. */
import { createBrowserRouter } from "react-router";
import { routes as account } from "./features/account";
import { routes as alarms } from "./features/alarms";
import { routes as aliases } from "./features/aliases";
import { routes as batches } from "./features/batches";
import { routes as cluster } from "./features/cluster";
import { routes as dashboard } from "./features/dashboard";
import { routes as comparison } from "./features/comparison";
import { routes as datasets } from "./features/datasets";
import { routes as edge } from "./features/edge";
import { routes as evaluation } from "./features/evaluation";
import { routes as history } from "./features/history";
import { routes as home } from "./features/home";
import { routes as keys } from "./features/keys";
import { routes as labelling } from "./features/labelling";
import { routes as loops } from "./features/loops";
import { routes as notifications } from "./features/notifications";
import { routes as projects } from "./features/projects";
import { routes as training } from "./features/training";
import { routes as use } from "./features/use";
import { routes as trials } from "./features/trials";
import { routes as wizard } from "./features/wizard";
import { routes as rounds } from "./features/rounds";
import { Gate } from "./gate";
import { NotFoundPage, PageFault } from "./ui/states";

const pages = [
  ...home,
  ...projects,
  ...datasets,
  ...wizard,
  ...labelling,
  ...rounds,
  ...history,
  ...training,
  ...evaluation,
  ...use,
  ...dashboard,
  ...trials,
  ...batches,
  ...loops,
  ...aliases,
  ...edge,
  ...cluster,
  ...alarms,
  ...notifications,
  ...keys,
  ...comparison,
  ...account,
  { path: "*", Component: NotFoundPage },
];

export const router = createBrowserRouter(
  [
    {
      Component: Gate,
      ErrorBoundary: PageFault,
      HydrateFallback: () => null,
      // A page that fails takes neither the bar nor the navigation with it.
      children: [{ ErrorBoundary: PageFault, children: pages }],
    },
  ],
  { basename: "/console" },
);
