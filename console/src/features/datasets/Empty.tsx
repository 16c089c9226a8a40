/** What stands where no pictures are: what to do about it. */
import Box from "@cloudscape-design/components/box";
import { RouteLink } from "../../ui/links";
import type { ProjectPlace } from "./project";
import { useText } from "./text";

export function Empty({ isFiltered, place }: { readonly isFiltered: boolean; readonly place: ProjectPlace }) {
  const t = useText();
  return (
    <Box textAlign="center" padding="xxl">
      <svg
        width="96"
        height="72"
        viewBox="0 0 96 72"
        aria-hidden="true"
        fill="none"
        stroke="currentcolor"
        strokeWidth="2"
        opacity="0.6"
      >
        <rect x="20" y="4" width="72" height="52" rx="6" />
        <rect x="4" y="14" width="72" height="52" rx="6" fill="Canvas" />
        <circle cx="24" cy="32" r="6" />
        <path d="M8 60l22-18 14 10 14-16 16 18" />
      </svg>
      <Box variant="h3">{t(isFiltered ? "noMatch" : "noPictures")}</Box>
      <Box variant="p" color="text-body-secondary">
        {t(isFiltered ? "noMatchHelp" : "noPicturesHelp")}
      </Box>
      {!isFiltered && <RouteLink to={place.route}>{t("addPictures")}</RouteLink>}
    </Box>
  );
}
