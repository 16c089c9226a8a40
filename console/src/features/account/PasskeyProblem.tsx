/** Says that no passkey was shown, or that it was not accepted. */
import Alert from "@cloudscape-design/components/alert";
import { isPasskeyProblem } from "./factors";
import { useText } from "./text";

export function PasskeyProblem({ error }: { readonly error: unknown }) {
  const t = useText();
  if (!isPasskeyProblem(error)) return null;
  return (
    <Alert type="error" header={t("passkeyFailed")}>
      {t("passkeyFailedHelp")}
    </Alert>
  );
}
