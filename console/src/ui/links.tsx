/** Links within the console: real addresses, followed without loading the page again. */
import Link, { type LinkProps } from "@cloudscape-design/components/link";
import { useCallback } from "react";
import { useNavigate } from "react-router";

const BASE = "/console";

/** The address of a route, for what shows or copies it. */
export function hrefOf(route: string): string {
  return BASE + route;
}

interface FollowEvent {
  readonly preventDefault: () => void;
  readonly detail: { readonly href?: string | undefined; readonly external?: boolean | undefined };
}

/** Handles onFollow of every component of the design system. */
export function useFollow(): (event: FollowEvent) => void {
  const navigate = useNavigate();
  return useCallback(
    (event: FollowEvent) => {
      const { href, external } = event.detail;
      if (external === true || href?.startsWith(`${BASE}/`) !== true) return;
      event.preventDefault();
      void navigate(href.slice(BASE.length));
    },
    [navigate],
  );
}

export function RouteLink({ to, ...rest }: Omit<LinkProps, "href" | "onFollow"> & { readonly to: string }) {
  return <Link {...rest} href={hrefOf(to)} onFollow={useFollow()} />;
}
