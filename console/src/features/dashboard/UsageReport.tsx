/** Hours times units of a month, by version; by day as a file. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useMemo, useState } from "react";
import { useCall } from "../../api";
import { useFormats, useLanguage } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { dayOf, daysOfMonth } from "./ranges";
import { csvOf } from "./report";
import { sumOf, type VersionUsage } from "./sums";
import { useText } from "./text";

/** As long as figures are kept. */
const MONTHS = 15;

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export function UsageReport({ now }: { readonly now: Date }) {
  const t = useText();
  const formats = useFormats();
  const [language] = useLanguage();
  const [back, setBack] = useState(0);
  const edges = useMemo(() => daysOfMonth(back, now), [back, now]);
  const query = useCall("vedette", "ListUsage", { Edges: edges.map((edge) => edge.toISOString()) });
  const versions = (query.data?.Versions ?? []).filter((usage) => sumOf([usage]).unitHours > 0);
  const options = useMemo(() => {
    const names = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
    return Array.from({ length: MONTHS }, (_, months) => ({
      value: String(months),
      label: names.format(new Date(now.getFullYear(), now.getMonth() - months, 1)),
    }));
  }, [language, now]);
  const hours = (value: number) => formats.number(Math.round(1000 * value) / 1000);
  const month = dayOf(edges[0] ?? now).slice(0, 7);
  return (
    <SpaceBetween size="s">
      {query.isError && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Table
        items={versions}
        loading={query.isPending}
        trackBy="ModelArn"
        wrapLines
        ariaLabels={{ tableLabel: t("report") }}
        header={
          <Header
            variant="h2"
            description={t("reportHelp")}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Select
                  ariaLabel={t("month")}
                  options={options}
                  selectedOption={options[back] ?? null}
                  onChange={({ detail }) => setBack(Number(detail.selectedOption.value ?? 0))}
                />
                <Button
                  iconName="download"
                  disabled={query.data === undefined}
                  onClick={() => save(`usage-${month}.csv`, csvOf(edges, query.data?.Versions ?? []))}
                >
                  {t("csv")}
                </Button>
              </SpaceBetween>
            }
          >
            {t("report")}
          </Header>
        }
        empty={
          <Box textAlign="center" padding="l" color="text-body-secondary">
            {t("nothingRan")}
          </Box>
        }
        columnDefinitions={[
          {
            id: "version",
            header: t("version"),
            cell: (usage) => <Which usage={usage} />,
            isRowHeader: true,
          },
          { id: "hours", header: t("hours"), cell: (usage) => hours(sumOf([usage]).hours) },
          { id: "unitHours", header: t("unitHours"), cell: (usage) => hours(sumOf([usage]).unitHours) },
          { id: "images", header: t("images"), cell: (usage) => formats.number(sumOf([usage]).images) },
        ]}
      />
    </SpaceBetween>
  );
}

function Which({ usage }: { readonly usage: VersionUsage }) {
  const t = useText();
  return (
    <>
      <bdi>{usage.ProjectName}</bdi> / <bdi>{usage.VersionName}</bdi>
      <Box fontSize="body-s" color="text-body-secondary">
        {t(`service_${usage.Service === "lookoutvision" ? "lookoutvision" : "rekognition"}`)}
      </Box>
    </>
  );
}
