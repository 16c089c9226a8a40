/** The frame around every page: top bar, side navigation, breadcrumbs and notices. */
import AppLayout from "@cloudscape-design/components/app-layout";
import BreadcrumbGroup from "@cloudscape-design/components/breadcrumb-group";
import Flashbar from "@cloudscape-design/components/flashbar";
import SideNavigation, { type SideNavigationProps } from "@cloudscape-design/components/side-navigation";
import { useEffect, useRef, useState, type ReactNode, type RefObject } from "react";
import { useLocation, useMatch } from "react-router";
import { useConnection } from "./connection";
import { hrefOf, useFollow } from "./links";
import { closeNotice, useNotices } from "./notices";
import { usePageFacts } from "./page";
import { useUiText } from "./text";
import { TopBar } from "./topbar";
import { nameOf, segmentOf } from "./address";

const TOP_BAR = "#top-bar";

function Crumbs() {
  const t = useUiText();
  const { crumbs, title } = usePageFacts();
  const follow = useFollow();
  if (crumbs === undefined) return null;
  const items = [
    ...crumbs.map((crumb) => ({ text: crumb.text, href: hrefOf(crumb.to) })),
    { text: title, href: "#" },
  ];
  return <BreadcrumbGroup ariaLabel={t("breadcrumbs")} items={items} onFollow={follow} />;
}

function Notices() {
  const t = useUiText();
  const notices = useNotices();
  const items = notices.map(({ type, id, onClose, ...rest }) => ({
    ...rest,
    id,
    type: type === "in-progress" ? ("info" as const) : type,
    loading: type === "in-progress",
    dismissible: type !== "in-progress",
    dismissLabel: t("dismissNotice"),
    onDismiss: () => {
      closeNotice(id);
      onClose?.();
    },
  }));
  return <Flashbar items={items} stackItems />;
}

/** As long as a name may be in the navigation: two lines of it. */
const LONGEST_TITLE = 48;

/** A long name keeps its beginning and its end, by which most are told apart. */
function shortened(name: string): string {
  const half = LONGEST_TITLE / 2;
  return name.length <= LONGEST_TITLE ? name : `${name.slice(0, half)}…${name.slice(1 - half)}`;
}

/** The parts of the project that the address is in. */
function useProjectItems(): SideNavigationProps.Item[] {
  const t = useUiText();
  const match = useMatch("/projects/:service/:project/*");
  const { service, project: segment } = match?.params ?? {};
  if (service === undefined || segment === undefined) return [];
  const project = nameOf(segment);
  const route = `/projects/${service}/${segmentOf(project)}`;
  return [
    {
      type: "section-group",
      title: shortened(project),
      items: [
        { type: "link", text: t("overview"), href: hrefOf(route) },
        { type: "link", text: t("trainDataset"), href: hrefOf(`${route}/datasets/train`) },
        { type: "link", text: t("testDataset"), href: hrefOf(`${route}/datasets/test`) },
        { type: "link", text: t("train"), href: hrefOf(`${route}/train`) },
        { type: "link", text: t("versions"), href: hrefOf(`${route}/versions`) },
        { type: "link", text: t("aliases"), href: hrefOf(`${route}/aliases`) },
        { type: "link", text: t("trials"), href: hrefOf(`${route}/trials`) },
        { type: "link", text: t("batches"), href: hrefOf(`${route}/batches`) },
        { type: "link", text: t("loops"), href: hrefOf(`${route}/loops`) },
        { type: "link", text: t("feedback"), href: hrefOf(`${route}/feedback`) },
        { type: "link", text: t("packages"), href: hrefOf(`${route}/packages`) },
      ],
    },
  ];
}

/** Entries that have the addresses below them. */
const ENTRIES = ["my-work", "dashboard", "devices", "cluster", "alarms", "notifications", "keys"];

/** The entry of the navigation that the address belongs to: the longest that begins it. */
function activeOf(pathname: string): string {
  const [, first, ...rest] = pathname.split("/");
  if (first === "account") return "/account";
  if (first !== undefined && ENTRIES.includes(first)) return `/${first}`;
  if (first === "projects") return `/${[first, ...rest.slice(0, 4)].join("/")}`;
  return "/";
}

function Navigation() {
  const t = useUiText();
  const follow = useFollow();
  const { pathname } = useLocation();
  const items: SideNavigationProps.Item[] = [
    { type: "link", text: t("projects"), href: hrefOf("/projects") },
    { type: "link", text: t("dashboard"), href: hrefOf("/dashboard") },
    { type: "link", text: t("myWork"), href: hrefOf("/my-work") },
    { type: "link", text: t("devices"), href: hrefOf("/devices") },
    { type: "link", text: t("cluster"), href: hrefOf("/cluster") },
    ...useProjectItems(),
    { type: "divider" },
    { type: "link", text: t("alarms"), href: hrefOf("/alarms") },
    { type: "link", text: t("notifications"), href: hrefOf("/notifications") },
    { type: "link", text: t("keys"), href: hrefOf("/keys") },
    { type: "link", text: t("account"), href: hrefOf("/account") },
  ];
  return (
    <SideNavigation
      header={{ text: t("home"), href: hrefOf("/") }}
      activeHref={hrefOf(activeOf(pathname))}
      items={items}
      onFollow={follow}
    />
  );
}

/** A link that was followed goes with its page; the focus goes on where the new page begins. */
function useFocusOfPage(content: RefObject<HTMLDivElement | null>): void {
  const { pathname } = useLocation();
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    if (document.activeElement === document.body) content.current?.focus({ preventScroll: true });
  }, [pathname, content]);
}

export function Frame({ children }: { readonly children: ReactNode }) {
  const t = useUiText();
  const { isFull = false } = usePageFacts();
  useConnection();
  const [isOpen, setIsOpen] = useState(true);
  const content = useRef<HTMLDivElement>(null);
  useFocusOfPage(content);
  return (
    <>
      <a
        className="vedette-skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          content.current?.focus();
        }}
      >
        {t("skipToContent")}
      </a>
      <TopBar />
      <AppLayout
        headerSelector={TOP_BAR}
        navigation={<Navigation />}
        navigationOpen={isOpen && !isFull}
        navigationHide={isFull}
        onNavigationChange={({ detail }) => setIsOpen(detail.open)}
        toolsHide
        breadcrumbs={<Crumbs />}
        notifications={<Notices />}
        stickyNotifications
        disableContentPaddings={isFull}
        maxContentWidth={isFull ? Number.MAX_VALUE : 1600}
        ariaLabels={{
          navigation: t("navigation"),
          navigationToggle: t("openNavigation"),
          navigationClose: t("closeNavigation"),
          notifications: t("notices"),
        }}
        content={
          <div ref={content} className="vedette-content" tabIndex={-1}>
            {children}
          </div>
        }
      />
    </>
  );
}
