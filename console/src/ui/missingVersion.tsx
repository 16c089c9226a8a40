/** What stands in the place of a version that is not there: deleted while it was looked at, or never of that name. */
import Alert from "@cloudscape-design/components/alert";
import { useState } from "react";
import type { VersionFacts } from "../api";
import { RouteLink } from "./links";
import { useUiText } from "./text";

/** Whether the version of this name has been there since its page was opened. */
export function useWasThere(name: string, version: VersionFacts | undefined): boolean {
  const [known, setKnown] = useState<string>();
  if (version !== undefined && known !== name) setKnown(name);
  return known === name;
}

interface MissingVersionProps {
  readonly name: string;
  readonly wasThere: boolean;
  /** Of its project. */
  readonly route: string;
}

export function MissingVersion({ name, wasThere, route }: MissingVersionProps) {
  const t = useUiText();
  return (
    <Alert type="info" header={t(wasThere ? "versionDeleted" : "versionUnknown", { name })}>
      {t(wasThere ? "versionDeletedHelp" : "versionUnknownHelp")}{" "}
      <RouteLink to={`${route}/versions`}>{t("toVersions")}</RouteLink>
    </Alert>
  );
}
