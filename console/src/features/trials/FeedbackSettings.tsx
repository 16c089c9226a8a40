/** What a version is to keep: off unless somebody turns it on, within bounds a day and for so many days. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Form from "@cloudscape-design/components/form";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useChange, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { useText } from "./text";

const USUAL = { share: 0.1, perDay: 50, days: 30 };
const MOST = { percent: 100, perDay: 1000, days: 365 };

interface FeedbackSettingsProps {
  readonly arn: string;
  readonly project: ProjectFacts;
  readonly feedback: Own.FeedbackDescription;
}

/** As somebody typed it: 100 times 0.07 is 7.000000000000001. */
function percentOf(share: number): string {
  return String(Number((100 * share).toPrecision(12)));
}

function isWithin(text: string, most: number): boolean {
  const value = Number(text);
  return text.trim() !== "" && value > 0 && value <= most;
}

export function FeedbackSettings({ arn, feedback }: FeedbackSettingsProps) {
  const t = useText();
  const formats = useFormats();
  const save = useChange("vedette", "UpdateFeedback");
  const [isOn, setOn] = useState(feedback.Enabled ?? false);
  const [percent, setPercent] = useState(percentOf(feedback.Share ?? USUAL.share));
  const [perDay, setPerDay] = useState(String(feedback.MostPerDay ?? USUAL.perDay));
  const [days, setDays] = useState(String(feedback.RetentionDays ?? USUAL.days));
  const [isDoubtful, setDoubtful] = useState(feedback.DoubtfulFirst ?? true);
  const isRight =
    isWithin(percent, MOST.percent) && isWithin(perDay, MOST.perDay) && isWithin(days, MOST.days);
  const submit = () =>
    save.mutate({
      ModelArn: arn,
      Enabled: isOn,
      Share: Number(percent) / 100,
      MostPerDay: Math.round(Number(perDay)),
      RetentionDays: Math.round(Number(days)),
      DoubtfulFirst: isDoubtful,
    });
  return (
    <Container
      header={
        <Header variant="h2" description={t("settingsHelp")}>
          {t("settings")}
        </Header>
      }
    >
      <Form
        actions={
          <Button variant="primary" loading={save.isPending} disabled={!isRight} onClick={submit}>
            {t("save")}
          </Button>
        }
      >
        <SpaceBetween size="m">
          <Toggle checked={isOn} onChange={({ detail }) => setOn(detail.checked)}>
            {t("keepSamples")}
          </Toggle>
          <ColumnLayout columns={3}>
            <FormField label={t("share")} constraintText={t("shareHelp")}>
              <Input type="number" value={percent} onChange={({ detail }) => setPercent(detail.value)} />
            </FormField>
            <FormField label={t("perDay")} constraintText={t("perDayHelp")}>
              <Input type="number" value={perDay} onChange={({ detail }) => setPerDay(detail.value)} />
            </FormField>
            <FormField label={t("days")} constraintText={t("daysHelp")}>
              <Input type="number" value={days} onChange={({ detail }) => setDays(detail.value)} />
            </FormField>
          </ColumnLayout>
          <Toggle checked={isDoubtful} onChange={({ detail }) => setDoubtful(detail.checked)}>
            {t("doubtfulFirst")}
          </Toggle>
          {feedback.Address !== undefined && (
            <Box fontSize="body-s" color="text-body-secondary">
              {t("keptIn")} <bdi>{feedback.Address}</bdi> ·{" "}
              {t("keptCount", {
                count: formats.number(feedback.Kept ?? 0),
                today: formats.number(feedback.KeptToday ?? 0),
              })}
            </Box>
          )}
          {save.isError && <FaultAlert error={save.error} />}
        </SpaceBetween>
      </Form>
    </Container>
  );
}
