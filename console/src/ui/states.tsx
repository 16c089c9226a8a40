/** What stands in a page's place: waiting, nothing there, and a page that failed. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
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

/** What browsers say when a page's code does not come, each in its own words; there is no other sign of it. */
const CODE_AWAY = /dynamically imported module|importing a module script|preload CSS/iu;

export function isCodeAway(error: unknown): boolean {
  return error instanceof Error && CODE_AWAY.test(error.message);
}

/** Browsers do not ask again for code that failed to come, so that only loading the page anew helps. */
function CodeAway() {
  const t = useUiText();
  return (
    <ContentLayout>
      <Alert
        type="warning"
        header={t("pageAway")}
        action={<Button onClick={() => window.location.reload()}>{t("tryAgain")}</Button>}
      >
        {t("pageAwayHelp")}
      </Alert>
    </ContentLayout>
  );
}

export function PageFault() {
  const error = useRouteError();
  if (isCodeAway(error)) return <CodeAway />;
  return (
    <ContentLayout>
      <FaultAlert error={error} onRetry={() => window.location.reload()} />
    </ContentLayout>
  );
}
