/** The pages of an account under one row of tabs; each tab is an address. */
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Tabs from "@cloudscape-design/components/tabs";
import type { ReactNode } from "react";
import { useNavigate } from "react-router";
import { hrefOf } from "../../ui/links";
import { usePage } from "../../ui/page";
import { useText } from "./text";

const PAGES = {
  mine: "/account",
  users: "/account/users",
  groups: "/account/groups",
  policies: "/account/policies",
};

export type Page = keyof typeof PAGES;

export function Layout({ page, children }: { readonly page: Page; readonly children: ReactNode }) {
  const t = useText();
  const navigate = useNavigate();
  usePage({ title: page === "mine" ? t("title") : t(page), crumbs: [{ text: "Vedette", to: "/" }] });
  const tabs = (Object.keys(PAGES) as Page[]).map((id) => ({
    id,
    label: t(id),
    href: hrefOf(PAGES[id]),
    content: id === page ? children : null,
  }));
  return (
    <SpaceBetween size="m">
      <Header variant="h1">{t("title")}</Header>
      <Tabs
        tabs={tabs}
        activeTabId={page}
        ariaLabel={t("title")}
        onChange={({ detail }) => void navigate(PAGES[detail.activeTabId as Page])}
      />
    </SpaceBetween>
  );
}
