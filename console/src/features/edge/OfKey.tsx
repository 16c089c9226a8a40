/** The key that a package lies under, below its name; nothing where it has none. */
import Box from "@cloudscape-design/components/box";
import { useText } from "./text";

export function OfKey({ id }: { readonly id: string | undefined }) {
  const t = useText();
  if (id === undefined || id === "") return null;
  return (
    <Box variant="small" color="text-body-secondary">
      {t("kmsKey")}: <bdi>{id}</bdi>
    </Box>
  );
}
