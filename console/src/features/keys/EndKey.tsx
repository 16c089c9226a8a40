/** The dialog that ends a key: it says first what nobody will read again, and wants the word typed. */
import Alert from "@cloudscape-design/components/alert";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useChange } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { FormModal } from "../../ui/formModal";
import { lossesOf, modelOf, nameOfPackage, STALE } from "./keys";
import { useText } from "./text";
import { useUses } from "./Uses";

/** As KMS has them. */
const LEAST_DAYS = 7;
const MOST_DAYS = 30;
const WORD = "delete";
const NAMED = 5;

/** What ends with the key, by its names as far as there is room. */
function Losses({ id }: { readonly id: string }) {
  const t = useText();
  const formats = useFormats();
  const uses = useUses(id);
  if (uses.isError) {
    return (
      <>
        <Alert type="warning">{t("lossesUnknown")}</Alert>
        <FaultAlert error={uses.error} />
      </>
    );
  }
  if (uses.data === undefined) return <Spinner />;
  const losses = lossesOf(uses.data);
  const models = uses.data.ModelArns ?? [];
  const buckets = (uses.data.Buckets ?? []).filter(({ Objects = 0 }) => Objects > 0);
  const packages = uses.data.DevicePackages ?? [];
  const names = [
    ...models.slice(0, NAMED).map((arn) => modelOf(arn).name),
    ...buckets.slice(0, NAMED).map(({ BucketName = "" }) => `s3://${BucketName}`),
    ...packages.slice(0, NAMED).map(nameOfPackage),
  ];
  return (
    <Alert type="warning" header={t("endWarning")}>
      {losses.models + losses.objects + losses.defaults + losses.packages === 0 ? (
        t("lossesNone")
      ) : (
        <>
          {losses.models > 0 && <div>{t("lossesModels", { count: losses.models })}</div>}
          {losses.objects > 0 && <div>{t("lossesObjects", { count: losses.objects })}</div>}
          {losses.defaults > 0 && <div>{t("lossesDefaults", { count: losses.defaults })}</div>}
          {losses.packages > 0 && <div>{t("lossesPackages", { count: losses.packages })}</div>}
          <div>
            <bdi>{names.join(" · ")}</bdi>
            {[models, buckets, packages].some(({ length }) => length > NAMED) ? " …" : ""}
          </div>
          {uses.data.MoreModels === true && (
            <div>{t("modelsCut", { count: formats.number(losses.models) })}</div>
          )}
        </>
      )}
      <div>{t("lossesElsewhere")}</div>
    </Alert>
  );
}

interface EndKeyProps {
  readonly id: string;
  readonly title: string;
  readonly onClose: () => void;
}

export function EndKey({ id, title, onClose }: EndKeyProps) {
  const t = useText();
  const [days, setDays] = useState(String(MOST_DAYS));
  const [word, setWord] = useState("");
  const end = useChange("kms", "ScheduleKeyDeletion", STALE);
  const count = Number(days);
  const isWindow = Number.isInteger(count) && count >= LEAST_DAYS && count <= MOST_DAYS;
  return (
    <FormModal
      title={t("endTitle", { name: title })}
      action={t("end")}
      error={end.error}
      isPending={end.isPending}
      isWhole={isWindow && word === WORD}
      onSubmit={() => end.mutate({ KeyId: id, PendingWindowInDays: count }, { onSuccess: onClose })}
      onClose={onClose}
    >
      <Losses id={id} />
      <span>{t("endHelp")}</span>
      <FormField label={t("endDays")} constraintText={t("daysRule", { least: LEAST_DAYS, most: MOST_DAYS })}>
        <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
      </FormField>
      <FormField label={t("endType", { word: WORD })}>
        <Input value={word} onChange={({ detail }) => setWord(detail.value)} placeholder={WORD} />
      </FormField>
    </FormModal>
  );
}
