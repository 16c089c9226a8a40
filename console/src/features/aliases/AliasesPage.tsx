/** The aliases of a project: which name points where, and what is done to each. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import CopyToClipboard from "@cloudscape-design/components/copy-to-clipboard";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { useCall, type Own, type ProjectFacts, type VersionFacts } from "../../api";
import { BeginPage, NothingBegun } from "../../ui/beginning";
import { RouteLink } from "../../ui/links";
import { hasModel } from "../../ui/models";
import { OfProject } from "../../ui/ofProject";
import { VersionSign } from "../../ui/projects";
import { routeOfVersion } from "../../ui/version";
import { DeleteAlias } from "./DeleteAlias";
import { AliasHistory } from "./History";
import { MoveAlias } from "./MoveAlias";
import { RollBack } from "./RollBack";
import { useText } from "./text";

const EVERY_MS = 5000;

/** What is being done, and to which name; a new one has none. */
type Doing =
  | { readonly what: "new" }
  | { readonly what: "move" | "back" | "history" | "delete"; readonly alias: Own.VersionAlias };

interface ListProps {
  readonly project: ProjectFacts;
  readonly aliases: readonly Own.VersionAlias[];
  readonly isPending: boolean;
  readonly onDo: (doing: Doing) => void;
}

function List({ project, aliases, isPending, onDo }: ListProps) {
  const t = useText();
  const states = new Map(project.versions.map(({ name, state }) => [name, state]));
  return (
    <Table
      items={[...aliases]}
      trackBy="AliasName"
      wrapLines
      loading={isPending}
      loadingText={t("loading")}
      ariaLabels={{ tableLabel: t("aliases") }}
      empty={<NothingBegun title={t("none")} help={t("noneHelp")} />}
      columnDefinitions={[
        {
          id: "name",
          header: t("name"),
          isRowHeader: true,
          cell: (alias) => <Name service={project.service} alias={alias} />,
        },
        {
          id: "version",
          header: t("version"),
          cell: ({ VersionName }) =>
            VersionName === "" ? (
              t("gone")
            ) : (
              <RouteLink to={routeOfVersion(project, VersionName)}>
                <bdi>{VersionName}</bdi>
              </RouteLink>
            ),
        },
        {
          id: "state",
          header: t("state"),
          minWidth: 130,
          cell: ({ VersionName }) => {
            const state = states.get(VersionName);
            return state === undefined ? "–" : <VersionSign state={state} />;
          },
        },
        {
          id: "actions",
          header: t("actions"),
          minWidth: 220,
          cell: (alias) => <RowActions alias={alias} onDo={onDo} />,
        },
      ]}
    />
  );
}

/** What programs ask by: the name itself where a service takes it, and its ARN where it takes one. */
function Name({
  service,
  alias,
}: {
  readonly service: ProjectFacts["service"];
  readonly alias: Own.VersionAlias;
}) {
  const t = useText();
  return (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <bdi>{alias.AliasName}</bdi>
      <CopyToClipboard
        variant="icon"
        copyButtonAriaLabel={t("copyArn", { name: alias.AliasName })}
        textToCopy={service === "rekognition" ? alias.AliasArn : alias.AliasName}
        copySuccessText={t("copied")}
        copyErrorText={t("copyFailed")}
      />
    </SpaceBetween>
  );
}

function RowActions({
  alias,
  onDo,
}: {
  readonly alias: Own.VersionAlias;
  readonly onDo: (doing: Doing) => void;
}) {
  const t = useText();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button
        ariaLabel={t("moveName", { name: alias.AliasName })}
        onClick={() => onDo({ what: "move", alias })}
      >
        {t("move")}
      </Button>
      <ButtonDropdown
        ariaLabel={t("moreName", { name: alias.AliasName })}
        expandToViewport
        items={(["back", "history", "delete"] as const).map((id) => ({ id, text: t(`do_${id}`) }))}
        onItemClick={({ detail }) => {
          const what = (["back", "history", "delete"] as const).find((id) => id === detail.id);
          if (what !== undefined) onDo({ what, alias });
        }}
      >
        {t("actions")}
      </ButtonDropdown>
    </SpaceBetween>
  );
}

function Shown({ project, route }: { readonly project: ProjectFacts; readonly route: string }) {
  const t = useText();
  const [search] = useSearchParams();
  const asked = search.get("version");
  const [doing, setDoing] = useState<Doing | null>(asked === null ? null : { what: "new" });
  const query = useCall("vedette", "ListAliases", { ProjectArn: project.arn }, { everyMs: EVERY_MS });
  const versions = project.versions.filter(hasModel);
  return (
    <BeginPage
      title={t("aliases")}
      help={t("aliasesHelp")}
      action={t("make")}
      isAble={versions.length > 0}
      query={query}
      onBegin={() => setDoing({ what: "new" })}
    >
      {versions.length === 0 && (
        <Box>
          {t("noVersion")} <RouteLink to={`${route}/train`}>{t("toTraining")}</RouteLink>
        </Box>
      )}
      <List
        project={project}
        aliases={query.data?.Aliases ?? []}
        isPending={query.isPending}
        onDo={setDoing}
      />
      {doing !== null && (
        <Dialogs
          project={project}
          versions={versions}
          doing={doing}
          chosen={asked}
          onClose={() => setDoing(null)}
        />
      )}
    </BeginPage>
  );
}

interface DialogsProps {
  readonly project: ProjectFacts;
  readonly versions: readonly VersionFacts[];
  readonly doing: Doing;
  /** The version that an address has asked to begin with. */
  readonly chosen: string | null;
  readonly onClose: () => void;
}

function Dialogs({ project, versions, doing, chosen, onClose }: DialogsProps) {
  switch (doing.what) {
    case "back":
      return <RollBack project={project} alias={doing.alias} onClose={onClose} />;
    case "history":
      return <AliasHistory project={project} alias={doing.alias} onClose={onClose} />;
    case "delete":
      return <DeleteAlias project={project} alias={doing.alias} onClose={onClose} />;
    case "move":
      return <MoveAlias versions={versions} alias={doing.alias} chosen={chosen} onClose={onClose} />;
    case "new":
      if (versions.length === 0) return null;
      return <MoveAlias versions={versions} alias={null} chosen={chosen} onClose={onClose} />;
  }
}

export function AliasesPage() {
  const t = useText();
  return (
    <OfProject title={t("aliases")}>
      {(project, route) => <Shown project={project} route={route} />}
    </OfProject>
  );
}
