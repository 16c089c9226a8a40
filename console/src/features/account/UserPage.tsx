/** One user: what they may, their groups, their tags and their keys. */
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import Multiselect from "@cloudscape-design/components/multiselect";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useNavigate } from "react-router";
import { useCall, useChange, type Own } from "../../api";
import { Sentence } from "../../sentences";
import { FaultAlert } from "../../ui/faults";
import { notify } from "../../ui/notices";
import { usePage } from "../../ui/page";
import { useUiText } from "../../ui/text";
import { DeleteThing } from "./DeleteThing";
import { Keys } from "./Keys";
import { PolicyChoice } from "./PolicyChoice";
import { useText } from "./text";
import { UserSessions } from "./UserSessions";
import { useNames } from "../../ui/address";

interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What is in the first and not in the second. */
function without(first: readonly string[], second: readonly string[]): string[] {
  return first.filter((name) => !second.includes(name));
}

function GroupChoice(props: {
  readonly chosen: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}) {
  const t = useText();
  const { data, error } = useCall("vedette", "ListGroups", {});
  const groups = data?.Groups ?? [];
  const options = groups.map(({ GroupName = "" }) => ({ value: GroupName, label: GroupName }));
  return (
    <FormField label={t("groups")} errorText={error && <Sentence text={error.message} />}>
      <Multiselect
        options={options}
        selectedOptions={props.chosen.map((name) => ({ value: name, label: name }))}
        placeholder={t("choose")}
        ariaLabel={t("groups")}
        onChange={({ detail }) => props.onChange(detail.selectedOptions.map((option) => option.value ?? ""))}
      />
    </FormField>
  );
}

function TagEditor(props: {
  readonly tags: readonly Tag[];
  readonly onChange: (tags: readonly Tag[]) => void;
}) {
  const t = useText();
  const { tags, onChange } = props;
  const change = (index: number, part: Partial<Tag>) =>
    onChange(tags.map((tag, place) => (place === index ? { ...tag, ...part } : tag)));
  return (
    <FormField label={t("tags")} stretch>
      <AttributeEditor
        items={tags}
        addButtonText={t("tagAdd")}
        removeButtonText={t("tagRemove")}
        empty={t("tagsNone")}
        onAddButtonClick={() => onChange([...tags, { key: "", value: "" }])}
        onRemoveButtonClick={({ detail }) => onChange(tags.filter((_, place) => place !== detail.itemIndex))}
        definition={[
          {
            label: t("tagKey"),
            control: (tag, index) => (
              <Input value={tag.key} onChange={({ detail }) => change(index, { key: detail.value })} />
            ),
          },
          {
            label: t("tagValue"),
            control: (tag, index) => (
              <Input value={tag.value} onChange={({ detail }) => change(index, { value: detail.value })} />
            ),
          },
        ]}
      />
    </FormField>
  );
}

function tagsOf(user: Own.GetUserResponse): readonly Tag[] {
  return Object.entries(user.Tags ?? {}).map(([key, value]) => ({ key, value }));
}

function Rights({ user, name }: { readonly user: Own.GetUserResponse; readonly name: string }) {
  const t = useText();
  const update = useChange("vedette", "UpdateUser");
  const [policies, setPolicies] = useState<readonly string[]>(user.Policies ?? []);
  const [groups, setGroups] = useState<readonly string[]>(user.Groups ?? []);
  const [tags, setTags] = useState(() => tagsOf(user));
  const save = () => {
    const wanted = Object.fromEntries(
      tags.filter((tag) => tag.key !== "").map((tag) => [tag.key, tag.value]),
    );
    const change = {
      UserName: name,
      AttachPolicies: without(policies, user.Policies ?? []),
      DetachPolicies: without(user.Policies ?? [], policies),
      JoinGroups: without(groups, user.Groups ?? []),
      LeaveGroups: without(user.Groups ?? [], groups),
      Tags: wanted,
      RemoveTags: without(Object.keys(user.Tags ?? {}), Object.keys(wanted)),
    };
    update.mutate(change, {
      onSuccess: () => notify({ id: `user-${name}`, type: "success", content: t("saved") }),
    });
  };
  return (
    <Container
      header={<Header variant="h2">{t("may")}</Header>}
      footer={
        <Button variant="primary" loading={update.isPending} onClick={save}>
          {t("save")}
        </Button>
      }
    >
      <SpaceBetween size="m">
        {update.isError && <FaultAlert error={update.error} />}
        <PolicyChoice label={t("mayDirect")} chosen={policies} onChange={setPolicies} />
        <GroupChoice chosen={groups} onChange={setGroups} />
        {(user.GroupPolicies ?? []).length > 0 && (
          <FormField label={t("mayByGroups")}>{user.GroupPolicies?.join(", ")}</FormField>
        )}
        <TagEditor tags={tags} onChange={setTags} />
      </SpaceBetween>
    </Container>
  );
}

export function UserPage() {
  const t = useText();
  const ui = useUiText();
  const navigate = useNavigate();
  const { user: name = "" } = useNames();
  const user = useCall("vedette", "GetUser", { UserName: name });
  const remove = useChange("vedette", "DeleteUser", [
    ["vedette", "ListUsers"],
    ["vedette", "ListGroups"],
  ]);
  const [isAsking, setIsAsking] = useState(false);
  usePage({
    title: name,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: ui("account"), to: "/account" },
      { text: t("users"), to: "/account/users" },
    ],
  });
  if (user.isError) return <FaultAlert error={user.error} onRetry={() => void user.refetch()} />;
  if (user.isPending) return <Spinner size="large" />;
  return (
    <SpaceBetween size="l">
      <Header variant="h1" actions={<Button onClick={() => setIsAsking(true)}>{t("userDelete")}</Button>}>
        <bdi>{name}</bdi>
      </Header>
      <Rights key={user.dataUpdatedAt} user={user.data} name={name} />
      <Keys user={name} keys={user.data.AccessKeys ?? []} />
      <UserSessions user={name} factors={user.data.SecondFactors ?? 0} />
      {isAsking && (
        <DeleteThing
          name={name}
          help={t("userDeleteHelp")}
          error={remove.error}
          isPending={remove.isPending}
          onClose={() => setIsAsking(false)}
          onDelete={() =>
            remove.mutate({ UserName: name }, { onSuccess: () => void navigate("/account/users") })
          }
        />
      )}
    </SpaceBetween>
  );
}
