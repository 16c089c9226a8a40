/** How many labels changed since the version was trained, and the way to train anew with them. */
import Alert from "@cloudscape-design/components/alert";
import { useCall } from "../../api";
import { RouteLink } from "../../ui/links";
import type { EvaluationPlace } from "./place";
import { useText } from "./text";

export function Corrections({ place, arn }: { readonly place: EvaluationPlace; readonly arn: string }) {
  const t = useText();
  const { data } = useCall("vedette", "ListVersionChanges", { ProjectArn: arn, MaxResults: 1 });
  const { Added = 0, Removed = 0, Relabeled = 0, SinceVersion = "" } = data?.Since ?? {};
  const count = Added + Removed + Relabeled;
  if (count === 0) return null;
  return (
    <Alert
      type="info"
      header={t("changedSince", { count, version: SinceVersion })}
      action={
        <RouteLink variant="primary" to={`${place.route}/train?new`}>
          {t("retrain")}
        </RouteLink>
      }
    >
      {t("retrainHelp")}
    </Alert>
  );
}
