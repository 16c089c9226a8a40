/** How pages begin a restoration: sent, watched, and told in the chosen language. */
import { useCallback } from "react";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { watchRestoration } from "./restoring";
import { useText } from "./text";

export function useRestoring(arn: string | undefined): (begun: Own.Restoration) => Promise<Own.Restoration> {
  const t = useText();
  const formats = useFormats();
  return useCallback(
    (begun) =>
      watchRestoration(arn ?? "", begun, {
        running: (done, total) =>
          t("restoring", { done: formats.number(done), total: formats.number(total) }),
        ended: (done, skipped) =>
          skipped === 0
            ? t("restored", { count: done })
            : `${t("restored", { count: done })} ${t("restoredSkipped", { count: skipped })}`,
        failed: t("restoreFailed"),
      }),
    [arn, t, formats],
  );
}
