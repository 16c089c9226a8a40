/** A folder of a bucket, typed, with the buckets to begin from. */
import Autosuggest from "@cloudscape-design/components/autosuggest";
import FormField from "@cloudscape-design/components/form-field";
import { useCall } from "../api";

interface FolderFieldProps {
  readonly label: string;
  readonly help: string;
  readonly placeholder: string;
  readonly address: string;
  readonly onChange: (address: string) => void;
}

export function FolderField({ label, help, placeholder, address, onChange }: FolderFieldProps) {
  const buckets = useCall("s3", "ListBuckets", {});
  const places = (buckets.data?.Buckets ?? []).map(({ Name = "" }) => `s3://${Name}/`);
  return (
    <FormField label={label} description={help} stretch>
      <Autosuggest
        value={address}
        options={places.map((value) => ({ value }))}
        placeholder={placeholder}
        enteredTextLabel={(value) => value}
        statusType={buckets.isPending ? "loading" : "finished"}
        filteringType="auto"
        onChange={({ detail }) => onChange(detail.value)}
      />
    </FormField>
  );
}
