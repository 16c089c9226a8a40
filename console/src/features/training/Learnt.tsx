/** What a training would learn: the kind of model, the pictures of each label, and what judges it. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { taskOf } from "./tasks";
import { useText } from "./text";

/** As many as are read at a glance; a list of 250 is opened by hand. */
const FIRST = 8;

function LeftOut({ preview }: { readonly preview: Own.PreviewTrainingResponse }) {
  const t = useText();
  const { Unusable: unusable = 0, Unlabeled: unlabelled = 0 } = preview;
  if (unusable + unlabelled === 0) return <>{t("nothing")}</>;
  return (
    <>
      {unusable > 0 && <div>{t("leftOutUnusable", { count: unusable })}</div>}
      {unlabelled > 0 && <div>{t("leftOutUnlabelled", { count: unlabelled })}</div>}
    </>
  );
}

function LabelTable({ preview }: { readonly preview: Own.PreviewTrainingResponse }) {
  const t = useText();
  const formats = useFormats();
  const [isWhole, setIsWhole] = useState(false);
  const sorted = [...(preview.Labels ?? [])].sort((a, b) => (a.TrainImages ?? 0) - (b.TrainImages ?? 0));
  const shown = isWhole ? sorted : sorted.slice(0, FIRST);
  const isDivided = preview.Split !== "dataset";
  return (
    <SpaceBetween size="xs">
      <Table
        items={shown}
        trackBy="Label"
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: t("labels") }}
        columnDefinitions={[
          {
            id: "label",
            header: t("label"),
            cell: ({ Label }) => <bdi>{Label}</bdi>,
            isRowHeader: true,
          },
          {
            id: "train",
            header: isDivided ? t("labelledPictures") : t("trainPictures"),
            cell: ({ TrainImages = 0 }) => formats.number(TrainImages),
          },
          ...(isDivided
            ? []
            : [
                {
                  id: "test",
                  header: t("testPictures"),
                  cell: ({ TestImages = 0 }: Own.TrainingLabel) => formats.number(TestImages),
                },
              ]),
        ]}
      />
      {sorted.length > shown.length && (
        <Button variant="inline-link" onClick={() => setIsWhole(true)}>
          {t("moreLabels", { count: sorted.length - shown.length })}
        </Button>
      )}
    </SpaceBetween>
  );
}

export function Learnt({ preview }: { readonly preview: Own.PreviewTrainingResponse }) {
  const t = useText();
  const formats = useFormats();
  if (preview.Task === undefined) return null;
  const isDivided = preview.Split !== "dataset";
  const items = [
    { label: t("task"), value: t(`task_${taskOf(preview.Task)}`) },
    {
      label: isDivided ? t("labelledPictures") : t("trainPictures"),
      value: formats.number(preview.TrainImages ?? 0),
    },
    {
      label: t("judgedBy"),
      value: isDivided
        ? t(preview.Split === "divide" ? "split_divide" : "split_once")
        : t("testDataset", { count: preview.TestImages ?? 0 }),
    },
    { label: t("leftOut"), value: <LeftOut preview={preview} /> },
  ];
  return (
    <Container header={<Header variant="h2">{t("learnt")}</Header>}>
      <SpaceBetween size="m">
        <KeyValuePairs columns={4} items={items} />
        {(preview.Labels ?? []).length > 0 ? <LabelTable preview={preview} /> : <Box>{t("nothing")}</Box>}
      </SpaceBetween>
    </Container>
  );
}
