import { redirect, type RouteObject } from "react-router";

export const routes: RouteObject[] = [{ index: true, loader: () => redirect("/projects") }];
