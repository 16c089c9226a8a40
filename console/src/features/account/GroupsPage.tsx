/** The groups of the account: whom each holds and what it gives them. */
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useCall, useChange, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { ChangeGroup } from "./ChangeGroup";
import { CreateNamed } from "./CreateNamed";
import { DeleteThing } from "./DeleteThing";
import { Layout } from "./Layout";
import { useText } from "./text";

function Create({ onClose }: { readonly onClose: () => void }) {
  const t = useText();
  const create = useChange("vedette", "CreateGroup");
  return (
    <CreateNamed
      title={t("groupCreate")}
      policies={["labeller"]}
      error={create.error}
      isPending={create.isPending}
      onClose={onClose}
      onCreate={(GroupName, Policies) => create.mutate({ GroupName, Policies }, { onSuccess: onClose })}
    />
  );
}

export function GroupsPage() {
  const t = useText();
  const groups = useCall("vedette", "ListGroups", {});
  const remove = useChange("vedette", "DeleteGroup");
  const [isCreating, setIsCreating] = useState(false);
  const [toDelete, setToDelete] = useState<string | null>(null);
  const [toChange, setToChange] = useState<Own.GroupSummary | null>(null);
  const items = groups.data?.Groups ?? [];
  return (
    <Layout page="groups">
      <SpaceBetween size="s">
        {groups.isError && <FaultAlert error={groups.error} onRetry={() => void groups.refetch()} />}
        <Table
          items={items}
          loading={groups.isPending}
          trackBy="GroupName"
          wrapLines
          empty={groups.isError ? null : t("groupNone")}
          ariaLabels={{ tableLabel: t("groups") }}
          header={
            <Header
              variant="h2"
              counter={groups.data && `(${String(items.length)})`}
              description={t("groupsHelp")}
              actions={
                <Button variant="primary" onClick={() => setIsCreating(true)}>
                  {t("groupCreate")}
                </Button>
              }
            >
              {t("groups")}
            </Header>
          }
          columnDefinitions={[
            {
              id: "name",
              header: t("name"),
              isRowHeader: true,
              cell: (group) => <bdi>{group.GroupName}</bdi>,
            },
            { id: "users", header: t("groupUsers"), cell: (group) => group.Users?.join(", ") },
            { id: "policies", header: t("policies"), cell: (group) => group.Policies?.join(", ") },
            {
              id: "do",
              header: "",
              cell: (group) => (
                <SpaceBetween direction="horizontal" size="s">
                  <Button
                    variant="inline-link"
                    ariaLabel={t("groupChangeTitle", { name: group.GroupName ?? "" })}
                    onClick={() => setToChange(group)}
                  >
                    {t("groupChange")}
                  </Button>
                  <Button variant="inline-link" onClick={() => setToDelete(group.GroupName ?? null)}>
                    {t("delete")}
                  </Button>
                </SpaceBetween>
              ),
            },
          ]}
        />
        {isCreating && <Create onClose={() => setIsCreating(false)} />}
        {toChange !== null && <ChangeGroup group={toChange} onClose={() => setToChange(null)} />}
        {toDelete !== null && (
          <DeleteThing
            name={toDelete}
            error={remove.error}
            isPending={remove.isPending}
            onClose={() => setToDelete(null)}
            onDelete={() => remove.mutate({ GroupName: toDelete }, { onSuccess: () => setToDelete(null) })}
          />
        )}
      </SpaceBetween>
    </Layout>
  );
}
