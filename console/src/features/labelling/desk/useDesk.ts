/** The desk of a page: made when its place on the page is there, given back when the page goes. */

import { useCallback, useEffect, useState, type RefObject } from "react";
import type { Refusal } from "../../../canvas/editor";
import type { HoverReadout } from "../../../canvas/render/canvasView";
import type { Workplace } from "../workplace";
import { Desk } from "./desk";

const NOTICES = {
  "no label": "needsLabel",
  "locked label": "lockedLabel",
  "no outline": "noOutline",
} as const satisfies Record<Refusal, string>;

export type NoticeKey = (typeof NOTICES)[Refusal];

export function useDesk(container: RefObject<HTMLDivElement | null>, work: Workplace) {
  const [desk, setDesk] = useState<Desk>();
  const [readout, setReadout] = useState<HoverReadout>();
  const [notice, setNotice] = useState<NoticeKey>();
  useEffect(() => {
    const element = container.current;
    if (element === null) {
      return undefined;
    }
    const made = new Desk(element, work, {
      outline: (source, request) => work.target.files.outline(source, request),
      onRefusal: (refusal) => setNotice(NOTICES[refusal]),
      listener: { onHover: setReadout },
    });
    // The desk needs its place on the page, which is only there once the page was drawn.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setDesk(made);
    return () => made.destroy();
  }, [container, work]);
  const clearNotice = useCallback(() => setNotice(undefined), []);
  return { desk, readout, notice, clearNotice };
}
