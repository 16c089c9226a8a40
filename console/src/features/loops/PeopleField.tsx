/** Who labels in a loop's rounds: users of the account and groups; nobody yet, where the rounds are to wait. */
import FormField from "@cloudscape-design/components/form-field";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCall } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useText } from "./text";

interface PeopleFieldProps {
  readonly arn: string;
  readonly people: readonly string[];
  readonly groups: readonly string[];
  readonly onChange: (chosen: { people: readonly string[]; groups: readonly string[] }) => void;
}

/** A user and a group may have one name. */
const USER = "user ";
const GROUP = "group ";

export function PeopleField({ arn, people, groups, onChange }: PeopleFieldProps) {
  const t = useText();
  const query = useCall("vedette", "ListRoundPeople", { ProjectArn: arn });
  const user = (name: string) => ({ value: USER + name, label: name });
  const group = (name: string) => ({ value: GROUP + name, label: t("group", { name }) });
  const options = [
    ...(query.data?.UserNames ?? []).map(user),
    ...(query.data?.Groups ?? []).map(({ GroupName = "" }) => group(GroupName)),
  ];
  const choose = (values: readonly string[]) => {
    const named = (sign: string) =>
      values.filter((value) => value.startsWith(sign)).map((value) => value.slice(sign.length));
    onChange({ people: named(USER), groups: named(GROUP) });
  };
  return (
    <FormField label={t("people")} description={t("peopleHelp")}>
      <SpaceBetween size="xs">
        {query.error !== null && <FaultAlert error={query.error} />}
        <Multiselect
          selectedOptions={[...people.map(user), ...groups.map(group)]}
          options={options}
          placeholder={t("peopleChoose")}
          empty={t("peopleNone")}
          onChange={({ detail }) => choose(detail.selectedOptions.map(({ value }) => value ?? ""))}
        />
      </SpaceBetween>
    </FormField>
  );
}
