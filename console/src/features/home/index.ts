import type { RouteObject } from "react-router";
import { HomePage } from "./HomePage";

// Not on demand: it is what most people see first, and little beside what all pages need.
export const routes: RouteObject[] = [{ index: true, Component: HomePage }];
