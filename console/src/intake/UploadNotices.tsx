/** Uploads in the notices: those whose page is left, those that other tabs are at, and those that a reload ended. */
import { useEffect, useSyncExternalStore } from "react";
import { useLocation } from "react-router";
import { useSignedIn } from "../api";
import { closeNotice, notify } from "../ui/notices";
import { RouteLink } from "../ui/links";
import type { UploadRecord } from "./abandoned";
import { forgetLeft, leftUploads, otherUploads, ownUploads, subscribeUploads } from "./running";
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

/** One that ended with the page that was here before; it is told of until somebody closes it or goes on. */
function LeftNotice({ record }: { readonly record: UploadRecord }) {
  const t = useText();
  const { id, target, total, entered } = record;
  useEffect(() => {
    const notice = notify({
      id: `left-${id}`,
      type: "warning",
      header: t("noticeLeft", { project: projectOf(target), count: entered, total }),
      content: t("noticeLeftHelp"),
      action: <RouteLink to={routeOf(target)}>{t("noticeOpen")}</RouteLink>,
      onClose: () => forgetLeft(id),
    });
    return () => closeNotice(notice);
  }, [id, target, total, entered, t]);
  return null;
}

export function UploadNotices() {
  const t = useText();
  const { arn: person } = useSignedIn();
  const left = useSyncExternalStore(subscribeUploads, leftUploads);
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
  const isOwn = (upload: { readonly person: string }) => upload.person === person;
  return (
    <>
      {own.filter(isOwn).map((uploader, place) => (
        <OwnNotice key={place} uploader={uploader} />
      ))}
      {left.filter(isOwn).map((record) => (
        <LeftNotice key={record.id} record={record} />
      ))}
      <WorkNotices />
    </>
  );
}
