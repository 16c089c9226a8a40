/** How far the people of a round agree: in all, each of them, and over which labels they differ. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useCall } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import type { RoundProps } from "./place";
import { useText } from "./text";

const EVERY_MS = 10_000;

export function AgreementTab({ arn, round }: RoundProps) {
  const t = useText();
  const formats = useFormats();
  const input = { ProjectArn: arn, RoundId: round.RoundId ?? "" };
  const query = useCall("vedette", "DescribeRoundAgreement", input, { everyMs: EVERY_MS });
  const { Compared: compared = 0, Agreed: agreed = 0, MeanAgreement: mean = 0 } = query.data ?? {};
  const percent = (share: number) => (compared === 0 ? "–" : formats.percent(share));
  return (
    <SpaceBetween size="m">
      {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Container
        header={
          <Header variant="h2" description={t(`agreementHelp_${round.Task ?? "labels"}`)}>
            {t("agreement")}
          </Header>
        }
      >
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("compared"), value: formats.number(compared) },
            { label: t("agreed"), value: percent(agreed / compared) },
            { label: t("meanAgreement"), value: percent(mean) },
          ]}
        />
      </Container>
      <Table
        wrapLines
        items={query.data?.Confusions ?? []}
        header={
          <Header variant="h2" description={t("confusionsHelp")}>
            {t("confusions")}
          </Header>
        }
        ariaLabels={{ tableLabel: t("confusions") }}
        empty={<Box color="text-body-secondary">{t("confusionsNone")}</Box>}
        columnDefinitions={[
          {
            id: "one",
            header: t("onePerson"),
            cell: ({ One }) => <bdi>{One === "" ? t("nothing") : One}</bdi>,
          },
          {
            id: "other",
            header: t("otherPerson"),
            cell: ({ Other }) => <bdi>{Other === "" ? t("nothing") : Other}</bdi>,
          },
          { id: "pictures", header: t("pictures"), cell: ({ Pictures }) => formats.number(Pictures ?? 0) },
        ]}
      />
    </SpaceBetween>
  );
}
