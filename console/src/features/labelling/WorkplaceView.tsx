/** The labelling page itself: bar, tools, canvas and labels around one picture. */

import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Spinner from "@cloudscape-design/components/spinner";
import { useEffect, useRef, useState, type ReactNode } from "react";
import { FaultAlert } from "../../ui/faults";
import { Middle } from "../../ui/states";
import { useIsDark } from "../../ui/theme";
import { ConflictDialog } from "./ConflictDialog";
import type { Desk } from "./desk/desk";
import { useDesk } from "./desk/useDesk";
import { DraftNote } from "./drafts/DraftNote";
import { KeySheet } from "./KeySheet";
import type { Mode } from "./keymap";
import { LabelPanel } from "./LabelPanel";
import { EntryHistory } from "../../ui/EntryHistory";
import type { Show } from "./place";
import { SavedState } from "./SavedState";
import { StatusBar } from "./StatusBar";
import { useText } from "./text";
import { ToolBar } from "./ToolBar";
import { TopLine } from "./TopLine";
import { actFor, type Hands } from "./acting";
import type { OrderName } from "./targets/orders";
import { useKeys } from "./useKeys";
import { useWatched } from "./watched";
import type { Workplace } from "./workplace";

export interface WorkplaceViewProps {
  readonly work: Workplace;
  readonly mode: Mode;
  readonly show: Show;
  readonly order: OrderName;
  readonly onChange: (name: string, value: string) => void;
  readonly exit: ReactNode;
}

export function WorkplaceView({ work, mode, show, order, onChange, exit }: WorkplaceViewProps) {
  const t = useText();
  const container = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const [isSheetOpen, setSheetOpen] = useState(false);
  const { session, outbox } = work;
  useWatched(work);
  useWatched(session);
  useWatched(outbox);
  const { desk, readout, notice, clearNotice } = useDesk(container, work);
  useWatched(desk);
  useWatched(desk?.editor);

  const { row } = session;
  useEffect(() => {
    void desk?.show(row, mode);
  }, [desk, row, mode]);
  useEffect(() => {
    desk?.view.setColors(new Map(work.labels.map(({ name, color }) => [name, color])));
  }, [desk, work.labels]);
  useFirstLabel(desk, work);
  useAddress(row?.id, onChange);
  useLeaveWarning(work, desk);

  const hands: Hands = {
    work,
    desk,
    mode,
    onHelp: () => setSheetOpen(true),
    onSearch: () => search.current?.focus(),
    onOrder: () => onChange("order", order === "unlike" ? "position" : "unlike"),
  };
  useKeys(work.labels, mode, desk, (act) => actFor(hands, act));

  return (
    <div className="vedette-labelling" data-theme={useIsDark() ? "dark" : "light"}>
      <TopLine
        session={session}
        mode={mode}
        show={show}
        service={work.place.service}
        isFixed={work.target.round !== undefined}
        onChange={onChange}
        onAct={(act) => actFor(hands, act)}
        past={
          work.target.round === undefined &&
          session.row?.source !== undefined && (
            <EntryHistory
              key={session.row.source}
              arn={work.place.projectArn}
              type={work.place.type}
              source={session.row.source}
            />
          )
        }
        saved={<SavedState outbox={outbox} />}
        exit={exit}
      />
      <ToolBar desk={desk} mode={mode} onAct={(act) => actFor(hands, act)} />
      <section className="vedette-labelling-canvas" aria-label={t("canvas")}>
        <div
          ref={container}
          className="vedette-labelling-stage"
          data-testid="stage"
          data-state={desk?.state}
          data-entry={desk?.entry}
          data-tool={desk?.editor?.tool.at}
        />
        <Overlays work={work} desk={desk} />
        <DraftNote work={work} desk={desk} mode={mode} onTake={() => actFor(hands, { do: "take drafts" })} />
        <Ending work={work} show={show} onShowAll={() => onChange("show", "all")} />
        {notice !== undefined && (
          <div className="vedette-labelling-notice" role="status">
            <Alert type="info" dismissible onDismiss={clearNotice}>
              {t(notice)}
            </Alert>
          </div>
        )}
      </section>
      <LabelPanel work={work} desk={desk} mode={mode} search={search} onAct={(act) => actFor(hands, act)} />
      <StatusBar desk={desk} readout={readout} mode={mode} />
      {isSheetOpen && <KeySheet mode={mode} labels={work.labels} onClose={() => setSheetOpen(false)} />}
      <ConflictDialog work={work} onResolved={() => void desk?.reload()} />
    </div>
  );
}

/** What lies over the canvas while a picture comes, or when it does not. */
function Overlays({ work, desk }: { readonly work: Workplace; readonly desk: Desk | undefined }) {
  const { session } = work;
  return (
    <>
      {desk?.state === "loading" && (
        <div className="vedette-labelling-over">
          <Spinner size="large" />
        </div>
      )}
      {desk?.error !== undefined && (
        <div className="vedette-labelling-over">
          <FaultAlert error={desk.error} onRetry={() => void desk.reload()} />
        </div>
      )}
      {session.error !== undefined && (
        <div className="vedette-labelling-over">
          <FaultAlert error={session.error} onRetry={() => session.goto(session.index)} />
        </div>
      )}
    </>
  );
}

/** What stands in the picture's place when there is none: an empty list, or its end. */
function Ending({ work, show, onShowAll }: { work: Workplace; show: Show; onShowAll: () => void }) {
  const t = useText();
  const { session } = work;
  const { total } = session.list;
  if (total === undefined || !session.isAtEnd) {
    return null;
  }
  return (
    <div className="vedette-labelling-over">
      <Middle>
        <Box textAlign="center">
          <Box variant="h2">{total === 0 ? t("noPictures") : t("end")}</Box>
          <Box variant="p" color="text-body-secondary">
            {total === 0
              ? show === "all"
                ? t("noPicturesHelp")
                : t("noMatchHelp")
              : t("endHelp", { count: session.changed })}
          </Box>
          {total > 0 && (
            <Button onClick={() => void session.nextUnlabelled()} variant="primary">
              {t("unlabelled")}
            </Button>
          )}
          {total === 0 && show !== "all" && <Button onClick={onShowAll}>{t("showAll")}</Button>}
        </Box>
      </Middle>
    </div>
  );
}

/** What is drawn gets the first label until the person chooses another. */
function useFirstLabel(desk: Desk | undefined, { labels }: Workplace): void {
  const first = labels[0]?.name;
  useEffect(() => {
    if (desk?.label === undefined && first !== undefined) {
      desk?.setLabel(first);
    }
  }, [desk, first]);
}

const ADDRESS_PAUSE_MS = 300;

/** Keep the picture in sight in the address, so that a reload comes back to it. */
function useAddress(id: string | undefined, onChange: (name: string, value: string) => void): void {
  const latest = useRef(onChange);
  const changed = useRef(0);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (id === undefined) {
      return undefined;
    }
    // A browser takes only so many changes of the address in a while; who rushes through pictures makes more.
    const pause = performance.now() - changed.current > ADDRESS_PAUSE_MS ? 0 : ADDRESS_PAUSE_MS;
    const timer = window.setTimeout(() => {
      changed.current = performance.now();
      latest.current("entry", id);
    }, pause);
    return () => window.clearTimeout(timer);
  }, [id]);
}

/** Ask before the page is closed over work that is not on the server yet. */
function useLeaveWarning({ outbox }: Workplace, desk: Desk | undefined): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      // What was just drawn goes into the browser's own store; a mask takes a moment longer than boxes.
      void desk?.flush();
      if (outbox.count > 0 || desk?.isUnsaved === true) {
        void outbox.flush();
        event.preventDefault();
      }
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [outbox, desk]);
}
