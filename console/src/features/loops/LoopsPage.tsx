/** The feedback loops of a project, and the beginning of one. */
import Box from "@cloudscape-design/components/box";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { BeginPage, NothingBegun } from "../../ui/beginning";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { OfProject } from "../../ui/ofProject";
import { LoopSign } from "./Sign";
import { usualName } from "./stages";
import { StartLoop } from "./StartLoop";
import { useText } from "./text";

const EVERY_MS = 3000;

interface ListProps {
  readonly loops: readonly Own.LoopDescription[];
  readonly route: string;
  readonly isPending: boolean;
}

function List({ loops, route, isPending }: ListProps) {
  const t = useText();
  const formats = useFormats();
  return (
    <Table
      items={[...loops]}
      trackBy="LoopId"
      wrapLines
      loading={isPending}
      loadingText={t("loading")}
      ariaLabels={{ tableLabel: t("loops") }}
      empty={<NothingBegun title={t("none")} help={t("noneHelp")} />}
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          cell: (loop) => (
            <RouteLink to={`${route}/loops/${loop.LoopId ?? ""}`}>
              <bdi>{loop.LoopName}</bdi>
            </RouteLink>
          ),
        },
        {
          id: "status",
          header: t("status"),
          // Words and their sign, which a narrow window would break in two.
          minWidth: 160,
          cell: (loop) => <LoopSign loop={loop} />,
        },
        { id: "version", header: t("improves"), cell: (loop) => <bdi>{loop.VersionName}</bdi> },
        { id: "new", header: t("newVersion"), cell: (loop) => <bdi>{loop.NewVersionName ?? "–"}</bdi> },
        {
          id: "verdict",
          header: t("verdict"),
          cell: ({ Verdict }) => (Verdict === undefined ? "–" : t(`verdict_${Verdict}`)),
        },
        { id: "alias", header: t("alias"), cell: (loop) => <bdi>{loop.AliasName ?? "–"}</bdi> },
        { id: "created", header: t("created"), cell: (loop) => formats.date(loop.CreationDate) },
      ]}
    />
  );
}

function Shown({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const navigate = useNavigate();
  const [search] = useSearchParams();
  const asked = search.get("version");
  const [isStarting, setStarting] = useState(asked !== null);
  const query = useCall("vedette", "ListLoops", { ProjectArn: project.arn }, { everyMs: EVERY_MS });
  const aliases = useCall("vedette", "ListAliases", { ProjectArn: project.arn });
  const versions = project.versions.filter(hasModel).map(({ name }) => name);
  const names = [...new Set([...(asked === null ? [] : [asked]), ...versions])];
  const loops = query.data?.Loops ?? [];
  return (
    <BeginPage
      title={t("loops")}
      help={t("loopsHelp")}
      action={t("begin")}
      isAble={names.length > 0}
      query={query}
      onBegin={() => setStarting(true)}
    >
      {names.length === 0 && (
        <Box>
          {t("noVersion")} <RouteLink to={`${route}/train`}>{t("toTraining")}</RouteLink>
        </Box>
      )}
      <List loops={loops} route={route} isPending={query.isPending} />
      {isStarting && names.length > 0 && query.data !== undefined && aliases.data !== undefined && (
        <StartLoop
          project={project}
          versions={names}
          aliases={aliases.data.Aliases}
          usualName={usualName(loops)}
          onClose={(id) => {
            setStarting(false);
            if (id !== undefined) void navigate(`${route}/loops/${id}`);
          }}
        />
      )}
    </BeginPage>
  );
}

export function LoopsPage() {
  const t = useText();
  return (
    <OfProject title={t("loops")}>{(project, route) => <Shown project={project} route={route} />}</OfProject>
  );
}
