/** The trials of a project, and the beginning of one. */
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
import { TrialSign } from "./Sign";
import { StartTrial } from "./StartTrial";
import { useText } from "./text";

const EVERY_MS = 3000;

function verified({ Correct = 0, Incorrect = 0, Corrected = 0 }: Own.TrialDescription): number {
  return Correct + Incorrect + Corrected;
}

interface ListProps {
  readonly trials: readonly Own.TrialDescription[];
  readonly route: string;
  readonly isPending: boolean;
}

function List({ trials, route, isPending }: ListProps) {
  const t = useText();
  const formats = useFormats();
  return (
    <Table
      items={[...trials]}
      trackBy="TrialId"
      wrapLines
      loading={isPending}
      loadingText={t("loading")}
      ariaLabels={{ tableLabel: t("trials") }}
      empty={<NothingBegun title={t("trialsNone")} help={t("trialsNoneHelp")} />}
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          cell: (trial) => (
            <RouteLink to={`${route}/trials/${trial.TrialId ?? ""}`}>
              <bdi>{trial.TrialName}</bdi>
            </RouteLink>
          ),
        },
        { id: "version", header: t("version"), cell: (trial) => <bdi>{trial.VersionName}</bdi> },
        {
          id: "status",
          header: t("status"),
          // A word and its sign, which a narrow window would break in two.
          minWidth: 140,
          cell: (trial) => <TrialSign trial={trial} />,
        },
        {
          id: "pictures",
          header: t("pictures"),
          cell: ({ Answered = 0, Unreadable = 0, Total = 0 }) =>
            t("countOf", { count: formats.number(Answered + Unreadable), total: formats.number(Total) }),
        },
        { id: "verified", header: t("verified"), cell: (trial) => formats.number(verified(trial)) },
        { id: "added", header: t("added"), cell: ({ Added = 0 }) => formats.number(Added) },
        { id: "created", header: t("created"), cell: (trial) => formats.date(trial.CreationDate) },
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
  const query = useCall("vedette", "ListTrialDetections", { ProjectArn: project.arn }, { everyMs: EVERY_MS });
  const versions = project.versions.filter(hasModel);
  return (
    <BeginPage
      title={t("trials")}
      help={t("trialsHelp")}
      action={t("run")}
      isAble={versions.length > 0}
      query={query}
      onBegin={() => setStarting(true)}
    >
      {versions.length === 0 && (
        <Box>
          {t("noVersion")} <RouteLink to={`${route}/train`}>{t("toTraining")}</RouteLink>
        </Box>
      )}
      <List trials={query.data?.Trials ?? []} route={route} isPending={query.isPending} />
      {isStarting && versions.length > 0 && query.data !== undefined && (
        <StartTrial
          project={project}
          versions={versions.map(({ name }) => name)}
          chosen={asked ?? undefined}
          usualName={t("usualName", { number: (query.data.Trials?.length ?? 0) + 1 })}
          onClose={(id) => {
            setStarting(false);
            if (id !== undefined) void navigate(`${route}/trials/${id}`);
          }}
        />
      )}
    </BeginPage>
  );
}

export function TrialsPage() {
  const t = useText();
  return (
    <OfProject title={t("trials")}>{(project, route) => <Shown project={project} route={route} />}</OfProject>
  );
}
