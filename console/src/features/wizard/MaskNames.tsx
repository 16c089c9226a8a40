/** Colours of masks, and what each of them shows: the step before masks without a table are read. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import Table from "@cloudscape-design/components/table";
import { useEffect } from "react";
import { useFormats } from "../../i18n/context";
import { masksOf, MOST_COLORS, readColors, type MaskColors } from "./masks";
import type { SourceFiles } from "./sources";
import { useText } from "./text";

export interface NamedColors {
  readonly found: MaskColors;
  readonly names: Readonly<Record<string, string>>;
}

/** Whether something is named, so that there is something to read. */
export function isNamed(named: NamedColors | null): boolean {
  return named !== null && Object.values(named.names).some((name) => name.trim() !== "");
}

interface MaskNamesProps {
  readonly chosen: SourceFiles;
  readonly named: NamedColors | null;
  readonly onChange: (named: NamedColors) => void;
}

export function MaskNames({ chosen, named, onChange }: MaskNamesProps) {
  const t = useText();
  const formats = useFormats();
  useEffect(() => {
    let isWanted = true;
    void readColors(masksOf(chosen), () => isWanted).then((found) => {
      if (found !== null && isWanted) onChange({ found, names: {} });
    });
    return () => {
      isWanted = false;
    };
    // Once for the files that were chosen.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [chosen]);
  if (named === null)
    return (
      <Box>
        <Spinner /> {t("maskReading")}
      </Box>
    );
  const { found, names } = named;
  if (found.isTooMany) return <Alert type="error">{t("maskTooMany", { count: MOST_COLORS })}</Alert>;
  const lost = found.colors.filter(
    ({ color }) => (names[color] ?? "").trim() === "" && color !== "#000000" && color !== "#ffffff",
  );
  return (
    <SpaceBetween size="s">
      <Table
        variant="embedded"
        trackBy="color"
        items={found.colors}
        header={<Box variant="h3">{t("maskNames")}</Box>}
        empty={t("maskEmpty")}
        columnDefinitions={[
          {
            id: "color",
            header: t("maskColor"),
            isRowHeader: true,
            cell: ({ color }) => (
              <span className="wizard-color">
                <span className="wizard-swatch" style={{ backgroundColor: color }} aria-hidden="true" />
                <bdi>{color}</bdi>
              </span>
            ),
          },
          { id: "masks", header: t("maskMasks"), cell: ({ masks }) => formats.number(masks) },
          { id: "pixels", header: t("maskPixels"), cell: ({ pixels }) => formats.number(pixels) },
          {
            id: "name",
            header: t("label"),
            cell: ({ color }) => (
              <Input
                value={names[color] ?? ""}
                placeholder={t("maskNothing")}
                ariaLabel={t("maskName", { color })}
                onChange={({ detail }) => onChange({ found, names: { ...names, [color]: detail.value } })}
              />
            ),
          },
        ]}
      />
      {found.unread.length > 0 && (
        <Alert type="warning">{t("maskUnread", { names: found.unread.slice(0, 10).join(", ") })}</Alert>
      )}
      {lost.length > 0 && (
        <Alert type="warning">{t("maskLost", { colors: lost.map(({ color }) => color).join(", ") })}</Alert>
      )}
    </SpaceBetween>
  );
}
