/** Into a bucket: the folder, and whether what lies there may be replaced. */
import Alert from "@cloudscape-design/components/alert";
import Autosuggest from "@cloudscape-design/components/autosuggest";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { asFault, call, currentRegion, useCall, type DatasetType, type Own } from "../../../api";
import { useText } from "../../../intake/text";
import { watchWork } from "../../../intake/watching";
import { FaultAlert } from "../../../ui/faults";
import { refreshExports } from "./BucketExports";

interface BucketFormProps {
  readonly arn: string;
  readonly name: string;
  readonly type: DatasetType;
  /** Of the page that shows exports. */
  readonly route: string;
  readonly format: NonNullable<Own.CreateExportRequest["Format"]>;
  readonly withPictures: boolean;
  /** Show what the format does not hold. */
  readonly check: () => Promise<unknown>;
}

/** A folder that holds something is the usual refusal, and nobody else's doing. */
function Problem({ error, address }: { readonly error: unknown; readonly address: string }) {
  const t = useText();
  if (asFault(error).code !== "ConflictException") return <FaultAlert error={error} />;
  return (
    <Alert type="warning" header={t("exportTaken")}>
      <bdi>{t("exportTakenHelp", { place: address })}</bdi>
    </Alert>
  );
}

/** The day as a folder's name: exports of two days never meet. */
function today(): string {
  return new Date().toISOString().slice(0, 10);
}

export function BucketForm({ arn, name, type, route, format, withPictures, check }: BucketFormProps) {
  const t = useText();
  const buckets = useCall("s3", "ListBuckets", {});
  const [address, setAddress] = useState("");
  const [replaces, setReplaces] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [begun, setBegun] = useState("");
  const folder = `${name}-${type}-${today()}`;
  const places = (buckets.data?.Buckets ?? []).map((bucket) => `s3://${bucket.Name ?? ""}/${folder}`);
  const begin = async () => {
    setBusy(true);
    setError(null);
    setBegun("");
    try {
      const made = await call("vedette", "CreateExport", {
        ProjectArn: arn,
        DatasetType: type,
        Format: format,
        WithPictures: withPictures,
        Address: address,
        Existing: replaces ? "replace" : "refuse",
      });
      watchWork({ kind: "export", arn, id: made.ExportId ?? "", region: currentRegion(), name, route });
      setBegun(made.Address ?? address);
      // The export is under way whatever becomes of these.
      await Promise.allSettled([refreshExports(), check()]);
    } catch (fault) {
      setError(fault);
    } finally {
      setBusy(false);
    }
  };
  return (
    <SpaceBetween size="l">
      <FormField label={t("exportPlace")} description={t("exportPlaceHelp")} stretch>
        <Autosuggest
          value={address}
          options={places.map((value) => ({ value }))}
          placeholder={`s3://…/${folder}`}
          enteredTextLabel={(value) => value}
          statusType={buckets.isPending ? "loading" : "finished"}
          filteringType="auto"
          onChange={({ detail }) => setAddress(detail.value)}
        />
      </FormField>
      <Toggle
        checked={replaces}
        description={t("exportReplaceHelp")}
        onChange={({ detail }) => setReplaces(detail.checked)}
      >
        {t("exportReplace")}
      </Toggle>
      <Box>
        <Button
          variant="primary"
          iconName="upload"
          loading={isBusy}
          disabled={address.trim() === ""}
          onClick={() => void begin()}
        >
          {t("exportWrite")}
        </Button>
      </Box>
      {error !== null && <Problem error={error} address={address} />}
      {begun !== "" && (
        <Alert type="info">
          {t("exportWrites")} <bdi>{begun}</bdi>
        </Alert>
      )}
    </SpaceBetween>
  );
}
