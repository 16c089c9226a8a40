/** Tags of what has an ARN: pairs that a person edits, and what the service keeps of them. */
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, queryClient, type ProjectService } from "../api";
import { FaultAlert } from "./faults";
import { notify } from "./notices";
import { changeOfTags, pairsOf, tagsOf, type Tag, type TagPlace } from "./tagChange";
import { useUiText } from "./text";

interface TagsProps {
  readonly tags: readonly Tag[];
  readonly onChange: (tags: readonly Tag[]) => void;
  /** What tags are good for here, where there is none yet. */
  readonly help: string;
}

export function Tags({ tags, onChange, help }: TagsProps) {
  const t = useUiText();
  const change = (index: number, part: Partial<Tag>) =>
    onChange(tags.map((tag, place) => (place === index ? { ...tag, ...part } : tag)));
  return (
    <AttributeEditor
      items={tags}
      addButtonText={t("tagAdd")}
      removeButtonText={t("tagRemove")}
      empty={help}
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
  );
}

/** The tags of a project or a version, in the words of its service. */
export function tagsOfService(service: ProjectService, ResourceArn: string): TagPlace {
  const isLookout = service === "lookoutvision";
  return {
    arn: ResourceArn,
    read: async () => {
      if (!isLookout) return tagsOf((await call(service, "ListTagsForResource", { ResourceArn })).Tags ?? {});
      const { Tags: pairs = [] } = await call(service, "ListTagsForResource", { ResourceArn });
      return pairs.map(({ Key: key, Value: value }) => ({ key, value }));
    },
    write: async ({ set, removed: TagKeys }) => {
      if (TagKeys.length > 0) await call(service, "UntagResource", { ResourceArn, TagKeys });
      if (set.length === 0) return;
      if (!isLookout) await call(service, "TagResource", { ResourceArn, Tags: pairsOf(set) });
      else {
        const pairs = set.map(({ key: Key, value: Value }) => ({ Key, Value }));
        await call(service, "TagResource", { ResourceArn, Tags: pairs });
      }
    },
  };
}

interface TagFormProps {
  readonly place: TagPlace;
  readonly help: string;
  readonly stored: readonly Tag[];
}

function TagForm({ place, help, stored }: TagFormProps) {
  const t = useUiText();
  const [tags, changeTags] = useState(stored);
  const wanted = tags.filter((tag) => tag.key !== "");
  const isTwice = new Set(wanted.map((tag) => tag.key)).size < wanted.length;
  const save = useMutation({
    mutationFn: () => place.write(changeOfTags(stored, wanted)),
    onSuccess: () => {
      notify({ id: "tags", type: "success", content: t("tagsSaved") });
    },
    // Also after a failure: one of two calls may have come through.
    onSettled: () => queryClient.invalidateQueries({ queryKey: ["tags", place.arn] }),
  });
  return (
    <Container header={<Header variant="h2">{t("tags")}</Header>}>
      <SpaceBetween size="m">
        {save.isError && <FaultAlert error={save.error} />}
        <Tags tags={tags} onChange={changeTags} help={help} />
        <SpaceBetween direction="horizontal" size="xs" alignItems="center">
          <Button
            loading={save.isPending}
            disabled={isTwice || JSON.stringify(wanted) === JSON.stringify(stored)}
            onClick={() => save.mutate()}
          >
            {t("tagsSave")}
          </Button>
          {isTwice && t("tagTwice")}
        </SpaceBetween>
      </SpaceBetween>
    </Container>
  );
}

/** The tags, to be read and changed by who may. */
export function TagPanel({ place, help }: { readonly place: TagPlace; readonly help: string }) {
  const tags = useQuery({ queryKey: ["tags", place.arn], queryFn: place.read });
  // Who may not list them sees none of it: what a person may do is no error of the page.
  if (tags.data === undefined) return null;
  // What came anew from the server is a form anew; what somebody is typing meanwhile is not.
  return <TagForm key={JSON.stringify(tags.data)} place={place} help={help} stored={tags.data} />;
}
