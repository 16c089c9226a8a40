/** Who labels in a round: users of the account, one by one or by the group. */
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCall } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useText } from "./text";

interface PeopleFieldProps {
  readonly arn: string;
  readonly people: readonly string[];
  readonly onChange: (people: readonly string[]) => void;
}

/** Users of the account to choose from; a group brings everybody who is in it. */
export function PeopleField({ arn, people, onChange }: PeopleFieldProps) {
  const t = useText();
  const query = useCall("vedette", "ListRoundPeople", { ProjectArn: arn });
  const names = query.data?.UserNames ?? [];
  const groups = query.data?.Groups ?? [];
  return (
    <FormField label={t("people")} description={t("peopleHelp")}>
      <SpaceBetween size="xs">
        {query.error !== null && <FaultAlert error={query.error} />}
        <Multiselect
          selectedOptions={people.map((value) => ({ value, label: value }))}
          options={names.map((value) => ({ value, label: value }))}
          placeholder={t("peopleChoose")}
          empty={t("peopleNone")}
          onChange={({ detail }) => onChange(detail.selectedOptions.map(({ value }) => value ?? ""))}
        />
        <SpaceBetween size="xs" direction="horizontal">
          {groups.map(({ GroupName = "", UserNames = [] }) => (
            <Button
              key={GroupName}
              onClick={() => onChange([...new Set([...people, ...UserNames])])}
              disabled={UserNames.length === 0}
            >
              {t("addGroup", { name: GroupName })}
            </Button>
          ))}
        </SpaceBetween>
      </SpaceBetween>
    </FormField>
  );
}
