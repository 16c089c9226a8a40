/** Buttons that lead to the other ways in, and to the way out. */
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useText } from "../../../intake/text";
import { hrefOf, useFollow } from "../../../ui/links";

export function WaysIn({ route }: { readonly route: string }) {
  const t = useText();
  const follow = useFollow();
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button href={hrefOf(`${route}/camera`)} onFollow={follow}>
        {t("cameraOpen")}
      </Button>
      <Button iconName="play" href={hrefOf(`${route}/video`)} onFollow={follow}>
        {t("videoOpen")}
      </Button>
    </SpaceBetween>
  );
}

export function ExportButton({
  route,
  isDisabled,
}: {
  readonly route: string;
  readonly isDisabled: boolean;
}) {
  const t = useText();
  const follow = useFollow();
  return (
    <Button iconName="download" href={hrefOf(`${route}/export`)} onFollow={follow} disabled={isDisabled}>
      {t("exportOpen")}
    </Button>
  );
}
