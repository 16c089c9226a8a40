/** What stands in a page's place: waiting, nothing there, and a page that failed. */
import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import type { ReactNode } from "react";
import { useRouteError } from "react-router";
import { FaultAlert } from "./faults";
import { RouteLink } from "./links";
import { usePage } from "./page";
import { useUiText } from "./text";

/** Something small in the middle of an empty window. */
export function Middle({ children }: { readonly children: ReactNode }) {
  return <div className="vedette-middle">{children}</div>;
}

/** Said in a page's place, where the address is right but nothing is there. */
export function NotFound() {
  const t = useUiText();
  return (
    <Box textAlign="center" padding={{ top: "xxxl" }}>
      <Box variant="h1">{t("notFound")}</Box>
      <Box variant="p" color="text-body-secondary">
        {t("notFoundHelp")}
      </Box>
      <RouteLink to="/">{t("goHome")}</RouteLink>
    </Box>
  );
}

export function NotFoundPage() {
  const t = useUiText();
  usePage({ title: t("notFound") });
  return <NotFound />;
}

export function PageFault() {
  const error = useRouteError();
  return (
    <ContentLayout>
      <FaultAlert error={error} onRetry={() => window.location.reload()} />
    </ContentLayout>
  );
}
