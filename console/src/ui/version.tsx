/** The frame of a version's pages: its name and state, and the tabs that its parts add a line for here. */
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import type { ProjectService, VersionFacts } from "../api";
import { hrefOf } from "./links";
import { usePage } from "./page";
import { MissingVersion, useWasThere } from "./missingVersion";
import { routeOfProject, VersionSign } from "./projects";
import { useUiText } from "./text";
import { segmentOf } from "./address";

/** The pages below a version's route, a line each, and the message that names its tab. */
const TABS = [
  { id: "overview", path: "", text: "overview" },
  { id: "evaluation", path: "/evaluation", text: "evaluation" },
  { id: "use", path: "/use", text: "use" },
  { id: "copies", path: "/copies", text: "tab_copies" },
] as const;

export type VersionTab = (typeof TABS)[number]["id"];

/** However many there are. */
const EVERY_TAB: readonly (typeof TABS)[number][] = TABS;

interface ProjectAddress {
  readonly service: ProjectService;
  readonly name: string;
}

export function routeOfVersion(project: ProjectAddress, version: string): string {
  return `${routeOfProject(project)}/versions/${segmentOf(version)}`;
}

interface VersionFrameProps {
  readonly project: ProjectAddress;
  readonly name: string;
  /** Undefined where the version was deleted, perhaps while it was looked at. */
  readonly version: VersionFacts | undefined;
  readonly tab: VersionTab;
  readonly actions?: ReactNode;
  readonly children: (version: VersionFacts) => ReactNode;
}

export function VersionFrame({ project, name, version, tab, actions, children }: VersionFrameProps) {
  const t = useUiText();
  const navigate = useNavigate();
  const route = routeOfVersion(project, name);
  const wasThere = useWasThere(name, version);
  usePage({
    title: name,
    crumbs: [
      { text: "Vedette", to: "/" },
      { text: t("projects"), to: "/projects" },
      { text: project.name, to: routeOfProject(project) },
      { text: t("versions"), to: `${routeOfProject(project)}/versions` },
    ],
  });
  return (
    <ContentLayout
      header={
        <Header variant="h1" info={version && <VersionSign state={version.state} />} actions={actions}>
          <bdi>{name}</bdi>
        </Header>
      }
    >
      <SpaceBetween size="l">
        {version !== undefined && EVERY_TAB.length > 1 && (
          <Tabs
            disableContentPaddings
            activeTabId={tab}
            tabs={EVERY_TAB.map(({ id, path, text }) => ({
              id,
              label: t(text),
              href: hrefOf(`${route}${path}`),
            }))}
            onChange={({ detail }) => {
              const chosen = EVERY_TAB.find(({ id }) => id === detail.activeTabId);
              if (chosen !== undefined) void navigate(`${route}${chosen.path}`);
            }}
          />
        )}
        {version === undefined ? (
          <MissingVersion name={name} wasThere={wasThere} route={routeOfProject(project)} />
        ) : (
          children(version)
        )}
      </SpaceBetween>
    </ContentLayout>
  );
}
