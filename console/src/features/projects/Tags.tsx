/** Tags of a project: pairs that a person edits, and what the service keeps of them. */
import AttributeEditor from "@cloudscape-design/components/attribute-editor";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { call, queryClient, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { notify } from "../../ui/notices";
import { useText } from "./text";

export interface Tag {
  readonly key: string;
  readonly value: string;
}

interface TagsProps {
  readonly tags: readonly Tag[];
  readonly onChange: (tags: readonly Tag[]) => void;
}

export function Tags({ tags, onChange }: TagsProps) {
  const t = useText();
  const change = (index: number, part: Partial<Tag>) =>
    onChange(tags.map((tag, place) => (place === index ? { ...tag, ...part } : tag)));
  return (
    <AttributeEditor
      items={tags}
      addButtonText={t("tagAdd")}
      removeButtonText={t("tagRemove")}
      empty={t("tagsHelp")}
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

async function readTags(arn: string): Promise<Tag[]> {
  const { Tags: tags = {} } = await call("rekognition", "ListTagsForResource", { ResourceArn: arn });
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

/** Sets those that are new or say something else, and takes away those that are gone. */
async function writeTags(ResourceArn: string, before: readonly Tag[], now: readonly Tag[]): Promise<void> {
  const values = new Map(before.map((tag) => [tag.key, tag.value]));
  const changed = now.filter((tag) => values.get(tag.key) !== tag.value);
  const TagKeys = before.map((tag) => tag.key).filter((key) => !now.some((tag) => tag.key === key));
  if (TagKeys.length > 0) await call("rekognition", "UntagResource", { ResourceArn, TagKeys });
  const pairs = Object.fromEntries(changed.map((tag) => [tag.key, tag.value]));
  if (changed.length > 0) await call("rekognition", "TagResource", { ResourceArn, Tags: pairs });
}

function TagForm({ arn, stored }: { readonly arn: string; readonly stored: readonly Tag[] }) {
  const t = useText();
  const [tags, setTags] = useState(stored);
  const wanted = tags.filter((tag) => tag.key !== "");
  const isTwice = new Set(wanted.map((tag) => tag.key)).size < wanted.length;
  const save = useMutation({
    mutationFn: () => writeTags(arn, stored, wanted),
    onSuccess: () => {
      notify({ id: "tags", type: "success", content: t("tagsSaved") });
      return queryClient.invalidateQueries({ queryKey: ["tags", arn] });
    },
  });
  return (
    <Container header={<Header variant="h2">{t("tags")}</Header>}>
      <SpaceBetween size="m">
        {save.isError && <FaultAlert error={save.error} />}
        <Tags tags={tags} onChange={setTags} />
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

/** The project's tags, to be read and changed by who may. Projects of Lookout for Vision have none. */
export function ProjectTags({ project: { arn, service } }: { readonly project: ProjectFacts }) {
  const tags = useQuery({
    queryKey: ["tags", arn],
    queryFn: () => readTags(arn),
    enabled: service === "rekognition",
  });
  // Who may not list them sees none of it: what a person may do is no error of the page.
  if (tags.data === undefined) return null;
  return <TagForm key={tags.dataUpdatedAt} arn={arn} stored={tags.data} />;
}
