/** What a program's update, or a manifest, came to where it failed: nobody else would tell who looks at the dataset. */
import Alert from "@cloudscape-design/components/alert";
import { Sentence } from "../../sentences";
import type { DatasetState } from "./project";
import { useText } from "./text";

export function Failure({ state }: { readonly state: DatasetState | undefined }) {
  const t = useText();
  if (state?.status.includes("FAILED") !== true) return null;
  const isNew = state.status.startsWith("CREATE");
  return (
    <Alert type="error" header={t(isNew ? "createFailed" : "updateFailed")}>
      <Sentence text={state.message} /> {t(isNew ? "createFailedHelp" : "updateFailedHelp")}
    </Alert>
  );
}
