/** A fault in words: what happened, what to do, and the request's number. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { asFault, MISTYPED, type Fault } from "../api";
import { Sentence } from "../sentences";
import { RouteLink } from "./links";
import { useUiText } from "./text";

type Kind = "Offline" | "Denied" | "Missing" | "Conflict" | "Busy" | "Server" | "Console" | "Invalid";

const CODES: Readonly<Record<string, Kind>> = {
  AccessDeniedException: "Denied",
  AccessDenied: "Denied",
  ResourceNotFoundException: "Missing",
  NotFoundException: "Missing",
  ThrottlingException: "Busy",
  ProvisionedThroughputExceededException: "Busy",
  ConflictException: "Conflict",
};
const STATUSES: Readonly<Record<number, Kind>> = {
  0: "Offline",
  403: "Denied",
  404: "Missing",
  409: "Conflict",
  429: "Busy",
};

function kindOf(fault: Fault): Kind {
  const kind = CODES[fault.code] ?? STATUSES[fault.status];
  if (kind !== undefined) return kind;
  if (fault.status < 0) return "Console";
  return fault.status >= 500 ? "Server" : "Invalid";
}

/** What happened, in a sentence; nothing where the header says it all. */
function What({ fault }: { readonly fault: Fault }) {
  const t = useUiText();
  if (fault.isOffline) return null;
  if (fault.reason === MISTYPED) return <bdi>{t("faultMistyped", { name: fault.message })}</bdi>;
  return <Sentence text={fault.message} />;
}

/** The request's number, which the server's log has too. */
export function RequestId({ fault }: { readonly fault: Fault }) {
  const t = useUiText();
  if (fault.requestId === null) return null;
  return (
    <Box color="text-body-secondary" fontSize="body-s">
      {t("requestId", { id: fault.requestId })}
    </Box>
  );
}

interface FaultAlertProps {
  readonly error: unknown;
  readonly onRetry?: (() => void) | undefined;
}

export function FaultAlert({ error, onRetry }: FaultAlertProps) {
  const t = useUiText();
  const fault = asFault(error);
  const kind = kindOf(fault);
  return (
    <Alert
      type={kind === "Offline" || kind === "Busy" ? "warning" : "error"}
      header={t(`fault${kind}`)}
      action={onRetry && <Button onClick={onRetry}>{t("tryAgain")}</Button>}
    >
      <SpaceBetween size="xxs">
        <What fault={fault} />
        <span>{t(`fault${kind}Help`)}</span>
        {kind === "Missing" && <RouteLink to="/projects">{t("goProjects")}</RouteLink>}
        <RequestId fault={fault} />
      </SpaceBetween>
    </Alert>
  );
}
