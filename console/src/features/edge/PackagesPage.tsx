/** The edge packages of a project: ordered, how far each is, and its files to fetch. */
import Box from "@cloudscape-design/components/box";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useSearchParams } from "react-router";
import {
  currentRegion,
  currentSession,
  send,
  useCall,
  useVersion,
  type Own,
  type ProjectFacts,
} from "../../api";
import { useFormats } from "../../i18n/context";
import { BeginPage, NothingBegun } from "../../ui/beginning";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { OfProject } from "../../ui/ofProject";
import { targetOf } from "./order";
import { OfKey } from "./OfKey";
import { OrderPackage } from "./OrderPackage";
import { useText } from "./text";

type Package = Own.EdgePackageDescription;
type Part = NonNullable<Package["Parts"]>[number];

const MOVING_MS = 1000;
const IDLE_MS = 10_000;
const PARTS: readonly Part[] = ["linux", "component", "recipe_json", "recipe_yaml", "manifest", "sums"];
const SIGNS: Readonly<Record<NonNullable<Package["Status"]>, StatusIndicatorProps.Type>> = {
  created: "pending",
  running: "in-progress",
  succeeded: "success",
  failed: "error",
};

/** The name that the server gives a file. */
function nameIn(disposition: string | null): string {
  return /filename="([^"]+)"/u.exec(disposition ?? "")?.[1] ?? "package";
}

async function download(project: ProjectFacts, name: string, part: Part): Promise<void> {
  const answer = await send("vedette/DownloadEdgePackage", {
    method: "POST",
    json: { ProjectArn: project.arn, JobName: name, Part: part },
    csrf: currentSession()?.csrf,
    region: currentRegion(),
  });
  const file = nameIn(answer.headers.get("content-disposition"));
  const address = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = address;
  link.download = file;
  link.click();
  URL.revokeObjectURL(address);
}

function Sign({ item }: { readonly item: Package }) {
  const t = useText();
  const { Status = "created", Message = "" } = item;
  return (
    <SpaceBetween size="xxs">
      <StatusIndicator type={SIGNS[Status]} wrapText>
        {t(`status_${Status}`)}
      </StatusIndicator>
      {(Status === "failed" || Status === "succeeded") && (
        <Box variant="small" color="text-body-secondary">
          <bdi>{Message}</bdi>
        </Box>
      )}
    </SpaceBetween>
  );
}

interface DownloadProps {
  readonly item: Package;
  readonly isBusy: boolean;
  readonly onDownload: (name: string, part: Part) => void;
}

function Download({ item, isBusy, onDownload }: DownloadProps) {
  const t = useText();
  const { JobName = "", ComponentName = "", ComponentVersion = "", Parts = [] } = item;
  if (Parts.length === 0) return "–";
  return (
    <ButtonDropdown
      loading={isBusy}
      expandToViewport
      ariaLabel={t("downloadOf", { name: `${ComponentName} ${ComponentVersion}` })}
      items={PARTS.filter((part) => Parts.includes(part)).map((part) => ({
        id: part,
        text: t(`part_${part}`),
      }))}
      onItemClick={({ detail }) => {
        const part = PARTS.find((known) => known === detail.id);
        if (part !== undefined) onDownload(JobName, part);
      }}
    >
      {t("download")}
    </ButtonDropdown>
  );
}

interface ListProps {
  readonly project: ProjectFacts;
  readonly packages: readonly Package[];
  readonly isPending: boolean;
}

function List({ project, packages, isPending }: ListProps) {
  const t = useText();
  const formats = useFormats();
  const fetching = useMutation({
    mutationFn: ({ name, part }: { readonly name: string; readonly part: Part }) =>
      download(project, name, part),
  });
  return (
    <SpaceBetween size="l">
      {fetching.isError && <FaultAlert error={fetching.error} />}
      <Table
        items={[...packages]}
        trackBy="JobName"
        wrapLines
        loading={isPending}
        loadingText={t("loading")}
        ariaLabels={{ tableLabel: t("packages") }}
        empty={<NothingBegun title={t("none")} help={t("noneHelp")} />}
        columnDefinitions={[
          {
            id: "component",
            header: t("component"),
            isRowHeader: true,
            cell: ({ ComponentName, ComponentVersion, KmsKeyId }) => (
              <SpaceBetween size="xxs">
                <bdi>
                  {ComponentName} {ComponentVersion}
                </bdi>
                <OfKey id={KmsKeyId} />
              </SpaceBetween>
            ),
          },
          { id: "model", header: t("model"), cell: ({ VersionName }) => <bdi>{VersionName}</bdi> },
          { id: "target", header: t("target"), cell: (item) => t(`target_${targetOf(item)}`) },
          {
            id: "precision",
            header: t("precision"),
            cell: ({ Precision = "float32" }) => t(`precision_${Precision}`),
          },
          { id: "status", header: t("status"), cell: (item) => <Sign item={item} /> },
          { id: "created", header: t("created"), cell: ({ CreationDate }) => formats.date(CreationDate) },
          {
            id: "download",
            header: t("download"),
            minWidth: 170,
            cell: (item) => (
              <Download
                item={item}
                isBusy={fetching.isPending && fetching.variables.name === item.JobName}
                onDownload={(name, part) => fetching.mutate({ name, part })}
              />
            ),
          },
        ]}
      />
    </SpaceBetween>
  );
}

/** The versions that can be packaged: those that are shown, and the one that is asked for. */
function useModels(project: ProjectFacts, asked: string | undefined) {
  const { version, isPending } = useVersion(project, asked ?? "");
  const older = version && !project.versions.includes(version) ? [version] : [];
  return { versions: [...project.versions, ...older].filter(hasModel), isPending };
}

function Shown({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const [search, setSearch] = useSearchParams();
  const asked = search.get("order") ?? undefined;
  const [isOrdering, setOrdering] = useState(asked !== undefined);
  const slow = useCall("vedette", "ListEdgePackages", { ProjectArn: project.arn }, { everyMs: IDLE_MS });
  const isMoving = (slow.data?.Packages ?? []).some(
    ({ Status }) => Status === "created" || Status === "running",
  );
  const live = useCall(
    "vedette",
    "ListEdgePackages",
    { ProjectArn: project.arn },
    { isEnabled: isMoving, everyMs: isMoving && MOVING_MS },
  );
  const query = isMoving ? live : slow;
  const packages = query.data?.Packages ?? [];
  const { versions, isPending } = useModels(project, asked);
  const close = (isOrdered: boolean) => {
    setOrdering(false);
    setSearch({}, { replace: true });
    if (isOrdered) void query.refetch();
  };
  return (
    <BeginPage
      title={t("packages")}
      help={t("packagesHelp")}
      action={t("order")}
      isAble={versions.length > 0}
      query={query}
      onBegin={() => setOrdering(true)}
    >
      {versions.length === 0 && (
        <Box>
          {t("noVersion")} <RouteLink to={`${route}/train`}>{t("toTraining")}</RouteLink>
        </Box>
      )}
      <List project={project} packages={packages} isPending={query.isPending} />
      {isOrdering && versions.length > 0 && !query.isPending && !isPending && (
        <OrderPackage
          project={project}
          versions={versions}
          packages={packages}
          chosen={asked}
          onClose={close}
        />
      )}
    </BeginPage>
  );
}

export function PackagesPage() {
  const t = useText();
  return (
    <OfProject title={t("packages")}>
      {(project, route) => <Shown project={project} route={route} />}
    </OfProject>
  );
}
