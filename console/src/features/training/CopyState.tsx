/** A version that is being copied here, and one whose copy came to nothing. */
import Alert from "@cloudscape-design/components/alert";
import Spinner from "@cloudscape-design/components/spinner";
import type { VersionFacts } from "../../api";
import { Sentence } from "../../sentences";
import { useText } from "./text";

export function Copying({ version }: { readonly version: VersionFacts }) {
  const t = useText();
  return (
    <Alert type="info" header={t("copying", { name: version.name })}>
      <Spinner /> {t("copyingHelp")}
    </Alert>
  );
}

export function CopyEnd({ version }: { readonly version: VersionFacts }) {
  const t = useText();
  return (
    <Alert type="error" header={t("copyFailedTitle")}>
      <Sentence text={version.message} /> {t("copyFailedHelp")}
    </Alert>
  );
}
