/** Changes a group: what it gives, and to whom. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Modal from "@cloudscape-design/components/modal";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { call, queryClient, useCall, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { PolicyChoice } from "./PolicyChoice";
import { useText } from "./text";

interface Wanted {
  readonly users: readonly string[];
  readonly policies: readonly string[];
}

/** What is in the first and not in the second. */
function without(first: readonly string[], second: readonly string[]): string[] {
  return first.filter((name) => !second.includes(name));
}

async function changeGroup(group: Own.GroupSummary, wanted: Wanted): Promise<void> {
  const { GroupName = "", Users: users = [], Policies: policies = [] } = group;
  const AttachPolicies = without(wanted.policies, policies);
  const DetachPolicies = without(policies, wanted.policies);
  // Whoever is let in comes first, so that an account's administrators may change places.
  for (const UserName of without(wanted.users, users)) {
    await call("vedette", "UpdateUser", { UserName, JoinGroups: [GroupName] });
  }
  if (AttachPolicies.length + DetachPolicies.length > 0) {
    await call("vedette", "UpdateGroup", { GroupName, AttachPolicies, DetachPolicies });
  }
  for (const UserName of without(users, wanted.users)) {
    await call("vedette", "UpdateUser", { UserName, LeaveGroups: [GroupName] });
  }
}

interface ChangeGroupProps {
  readonly group: Own.GroupSummary;
  readonly onClose: () => void;
}

export function ChangeGroup({ group, onClose }: ChangeGroupProps) {
  const t = useText();
  const all = useCall("vedette", "ListUsers", {}).data?.Users ?? [];
  const [users, setUsers] = useState<readonly string[]>(group.Users ?? []);
  const [policies, setPolicies] = useState<readonly string[]>(group.Policies ?? []);
  const change = useMutation({
    mutationFn: () => changeGroup(group, { users, policies }),
    // Also after a failure: some of it may have been done.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["vedette"] }),
    onSuccess: onClose,
  });
  const name = group.GroupName ?? "";
  return (
    <Modal
      visible
      onDismiss={onClose}
      header={t("groupChangeTitle", { name })}
      footer={
        <Box float="right">
          <Button variant="primary" loading={change.isPending} onClick={() => change.mutate()}>
            {t("save")}
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {change.isError && <FaultAlert error={change.error} />}
        <FormField label={t("groupUsers")}>
          <Multiselect
            options={all.map(({ UserName = "" }) => ({ value: UserName, label: UserName }))}
            selectedOptions={users.map((user) => ({ value: user, label: user }))}
            placeholder={t("choose")}
            ariaLabel={t("groupUsers")}
            onChange={({ detail }) => setUsers(detail.selectedOptions.map((option) => option.value ?? ""))}
          />
        </FormField>
        <PolicyChoice label={t("policies")} chosen={policies} onChange={setPolicies} />
      </SpaceBetween>
    </Modal>
  );
}
