/** The top bar: the product, the region, the appearance, the language, and who is signed in. */
import TopNavigation, { type TopNavigationProps } from "@cloudscape-design/components/top-navigation";
import { chooseRegion, useRegion, useSignedIn, useSignOut } from "../api";
import { useLanguage } from "../i18n/context";
import { isLanguage, LANGUAGES } from "../i18n/languages";
import { hrefOf, useFollow } from "./links";
import mark from "./mark.svg";
import { useUiText } from "./text";
import { chooseTheme, useTheme, type Theme } from "./theme";

type Menu = TopNavigationProps.MenuDropdownUtility;

function useRegionMenu(): Menu {
  const t = useUiText();
  const region = useRegion();
  const { regions } = useSignedIn();
  const names = regions.includes(region) ? regions : [region, ...regions];
  return {
    type: "menu-dropdown",
    text: region,
    ariaLabel: `${t("region")}: ${region}`,
    items: [
      {
        id: "regions",
        text: t("region"),
        items: names.map((name) => ({ id: name, text: name, disabled: name === region })),
      },
    ],
    onItemClick: ({ detail }) => chooseRegion(detail.id),
  };
}

function useAppearanceMenu(): Menu {
  const t = useUiText();
  const theme = useTheme();
  const names: Readonly<Record<Theme, string>> = {
    system: t("themeSystem"),
    light: t("themeLight"),
    dark: t("themeDark"),
  };
  return {
    type: "menu-dropdown",
    iconName: "settings",
    ariaLabel: t("theme"),
    title: t("theme"),
    items: (Object.keys(names) as Theme[]).map((id) => ({
      id,
      text: names[id],
      itemType: "checkbox" as const,
      checked: id === theme,
    })),
    onItemClick: ({ detail }) => chooseTheme(detail.id as Theme),
  };
}

function useLanguageMenu(): Menu {
  const t = useUiText();
  const [language, choose] = useLanguage();
  return {
    type: "menu-dropdown",
    iconName: "globe",
    text: LANGUAGES[language],
    ariaLabel: `${t("language")}: ${LANGUAGES[language]}`,
    items: Object.entries(LANGUAGES).map(([id, text]) => ({
      id,
      text,
      lang: id,
      itemType: "checkbox" as const,
      checked: id === language,
    })),
    onItemClick: ({ detail }) => {
      if (isLanguage(detail.id)) choose(detail.id);
    },
  };
}

function usePersonMenu(): Menu {
  const t = useUiText();
  const follow = useFollow();
  const session = useSignedIn();
  const signOut = useSignOut();
  return {
    type: "menu-dropdown",
    iconName: "user-profile",
    text: session.name,
    description: `${session.isRoot ? t("rootPerson") + " · " : ""}${session.account}`,
    items: [
      { id: "account", text: t("account"), href: hrefOf("/account") },
      { id: "sign-out", text: t("signOut") },
    ],
    onItemFollow: follow,
    onItemClick: ({ detail }) => {
      if (detail.id === "sign-out") signOut.mutate();
    },
  };
}

export function TopBar() {
  const follow = useFollow();
  const utilities = [useRegionMenu(), useAppearanceMenu(), useLanguageMenu(), usePersonMenu()];
  return (
    <div id="top-bar">
      <TopNavigation
        identity={{ href: hrefOf("/"), title: "Vedette", logo: { src: mark, alt: "" }, onFollow: follow }}
        utilities={utilities}
      />
    </div>
  );
}
