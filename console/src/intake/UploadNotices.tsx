/** Uploads in the notices: those whose page is left, and those that other tabs are at. */
import { useEffect, useSyncExternalStore } from "react";
import { useLocation } from "react-router";
import { closeNotice, notify } from "../ui/notices";
import { RouteLink } from "../ui/links";
import { otherUploads, ownUploads, subscribeUploads } from "./running";
import { useText } from "./text";
import { WorkNotices } from "./WorkNotices";
import type { Uploader, UploadTarget } from "./uploader";
import { segmentOf } from "../ui/address";

export function projectOf({ arn }: UploadTarget): string {
  return /:project\/([^/]+)/u.exec(arn)?.[1] ?? "";
}

function routeOf(target: UploadTarget): string {
  return `/projects/${target.service}/${segmentOf(projectOf(target))}/datasets`;
}

/** One of this window's: its page shows it by itself. */
function OwnNotice({ uploader }: { readonly uploader: Uploader }) {
  const t = useText();
  const { pathname } = useLocation();
  const state = useSyncExternalStore(uploader.subscribe, uploader.state);
  const { target } = uploader;
  const id = `upload-${target.arn}-${target.type}`;
  const isHere = pathname.startsWith(routeOf(target)) && !pathname.startsWith(`${routeOf(target)}/t`);
  const { done, total, isOver, added, known, failed, ending } = state;
  useEffect(() => {
    if (isHere) {
      closeNotice(id);
      return;
    }
    const project = projectOf(target);
    notify({
      id,
      type: isOver ? (failed > 0 || ending !== "" ? "warning" : "success") : "in-progress",
      header: isOver
        ? ending === ""
          ? t("noticeOver", { project, count: added + known })
          : t("noticeEnded", { project, count: total - done })
        : t("noticeRuns", { project, count: done, total }),
      action: <RouteLink to={routeOf(target)}>{t("noticeOpen")}</RouteLink>,
    });
  }, [id, isHere, done, total, isOver, added, known, failed, ending, target, t]);
  return null;
}

export function UploadNotices() {
  const t = useText();
  const own = useSyncExternalStore(subscribeUploads, ownUploads);
  const others = useSyncExternalStore(subscribeUploads, otherUploads);
  useEffect(() => {
    const ids = others.map(({ id, target, done, total }) =>
      notify({
        id: `other-${id}`,
        type: "in-progress",
        header: t("noticeOther", { project: projectOf(target), count: done, total }),
      }),
    );
    return () => ids.forEach(closeNotice);
  }, [others, t]);
  return (
    <>
      {own.map((uploader, place) => (
        <OwnNotice key={place} uploader={uploader} />
      ))}
      <WorkNotices />
    </>
  );
}
