/** Notices when the server goes away and when it is back, and then asks again for all that is shown. */
import { useEffect } from "react";
import { queryClient } from "../api";
import { closeNotice, notify } from "./notices";
import { useUiText } from "./text";

/** Asked of no session, so that a page left open keeps nobody signed in. */
const READY = "/readyz";
const EVERY_MS = 10_000;
const WHILE_AWAY_MS = 2_000;
const NOTICE = "server-away";

async function isServerThere(): Promise<boolean> {
  try {
    return (await fetch(READY, { cache: "no-store" })).status < 500;
  } catch {
    return false;
  }
}

export function useConnection(): void {
  const t = useUiText();
  useEffect(() => {
    let isAway = false;
    let timer = 0;
    let isLeft = false;
    const look = async () => {
      const isThere = document.visibilityState === "hidden" ? !isAway : await isServerThere();
      if (isLeft) return;
      if (!isThere)
        notify({ id: NOTICE, type: "warning", header: t("faultOffline"), content: t("faultOfflineHelp") });
      if (isThere && isAway) {
        closeNotice(NOTICE);
        void queryClient.invalidateQueries();
      }
      isAway = !isThere;
      timer = window.setTimeout(() => void look(), isAway ? WHILE_AWAY_MS : EVERY_MS);
    };
    timer = window.setTimeout(() => void look(), EVERY_MS);
    return () => {
      isLeft = true;
      window.clearTimeout(timer);
    };
  }, [t]);
}
