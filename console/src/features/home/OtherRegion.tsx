/** Somebody whose projects are in another region is shown the way, and on the first visit taken there. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { chooseRegion, useRegion, useSignedIn } from "../../api";
import { useText } from "./text";

export function OtherRegion() {
  const t = useText();
  const region = useRegion();
  const { regions } = useSignedIn();
  const other = regions.find((name) => name !== region);
  if (other === undefined) return null;
  return (
    <Alert
      type="info"
      header={t("noneHere", { region })}
      action={<Button onClick={() => chooseRegion(other)}>{t("openRegion", { region: other })}</Button>}
    >
      {t("otherRegion", { region: other })}
    </Alert>
  );
}
