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

/** Where the services are offered elsewhere: names that scripts of customers carry. Any other can be in an address. */
const REGIONS = [
  "us-east-1",
  "us-east-2",
  "us-west-1",
  "us-west-2",
  "ap-northeast-1",
  "ap-northeast-2",
  "ap-south-1",
  "ap-southeast-1",
  "ap-southeast-2",
  "ca-central-1",
  "eu-central-1",
  "eu-west-1",
  "eu-west-2",
  "eu-west-3",
  "sa-east-1",
];

function useRegionMenu(): Menu {
  const t = useUiText();
  const region = useRegion();
  const { regions } = useSignedIn();
  const own = regions.includes(region) ? regions : [region, ...regions];
  const asItems = (names: readonly string[]) =>
    names.map((name) => ({ id: name, text: name, itemType: "checkbox" as const, checked: name === region }));
  return {
    type: "menu-dropdown",
    text: region,
    ariaLabel: `${t("region")}: ${region}`,
    items: [
      { id: "own", text: t("regionsWithProjects"), items: asItems(own) },
      {
        id: "others",
        text: t("regionsOther"),
        items: asItems(REGIONS.filter((name) => !own.includes(name))),
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
