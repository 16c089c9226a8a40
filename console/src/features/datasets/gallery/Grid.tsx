/** The pictures themselves: any of a quarter of a million, by scrollbar, wheel, pointer and keys. */
import {
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type PointerEvent,
} from "react";
import {
  clampOffset,
  layOut,
  offsetOf,
  offsetShowing,
  placeOf,
  scrolledOf,
  spanAt,
  spansWithin,
  trackOf,
  type Place,
} from "./layout";
import type { EntryPages } from "./pages";
import { add, between, isSelected, NOTHING, select, toggle, type Selection } from "./selection";
import { Tile } from "./Tile";

/** How long nothing moves before pictures are asked for: longer than between two steps of a wheel. */
const REST_MS = 90;

export interface GridProps {
  readonly pages: EntryPages;
  readonly total: number;
  /** The pages' version, so that what was fetched is drawn. */
  readonly version: number;
  readonly size: number;
  readonly selection: Selection;
  readonly onSelect: (selection: Selection) => void;
  readonly colours: ReadonlyMap<string, string>;
  readonly onOpen: (index: number) => void;
  /** A key that the grid does not know: labels and actions. */
  readonly onKey: (event: KeyboardEvent, active: number) => void;
  readonly label: string;
}

interface Band {
  readonly from: Place;
  readonly to: Place;
}

function useSize(): [React.RefObject<HTMLDivElement | null>, { width: number; height: number }] {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 800, height: 600 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return undefined;
    const measure = () => setSize({ width: element.clientWidth, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, size];
}

export function Grid(props: GridProps) {
  const { pages, total, size, selection, onSelect, colours } = props;
  const [ref, view] = useSize();
  const layout = useMemo(() => layOut(total, view.width, size), [total, view.width, size]);
  const [offset, setOffset] = useState(0);
  const [isResting, setResting] = useState(true);
  const [active, setActive] = useState(0);
  const anchor = useRef(0);
  const [band, setBand] = useState<Band | null>(null);
  const expected = useRef(-1);
  const rest = useRef<ReturnType<typeof setTimeout>>(undefined);
  const firstShown = useRef(0);

  const moved = useCallback((next: number) => {
    setOffset(next);
    setResting(false);
    clearTimeout(rest.current);
    rest.current = setTimeout(() => setResting(true), REST_MS);
  }, []);

  /** Moves to an offset of ours, and the scrollbar with it. */
  const moveTo = useCallback(
    (wanted: number) => {
      const next = clampOffset(layout, wanted, view.height);
      const element = ref.current;
      if (element !== null) {
        element.scrollTop = scrolledOf(layout, next, view.height);
        expected.current = element.scrollTop;
      }
      moved(next);
    },
    [layout, view.height, ref, moved],
  );

  const onScroll = () => {
    const scrolled = ref.current?.scrollTop ?? 0;
    // Our own move, which is finer than the scrollbar's pixels.
    if (Math.abs(scrolled - expected.current) < 1) return;
    expected.current = -1;
    moved(offsetOf(layout, scrolled, view.height));
  };

  // Where one pixel of the scrollbar is many of ours, a wheel goes by ours.
  useEffect(() => {
    const element = ref.current;
    if (element === null || trackOf(layout) === layout.height) return undefined;
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return;
      event.preventDefault();
      moveTo(offset + event.deltaY * (event.deltaMode === 1 ? 40 : 1));
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [layout, moveTo, offset, ref]);

  const span = spanAt(layout, offset, view.height, total);
  useEffect(() => pages.show(span), [pages, span.first, span.end]); // eslint-disable-line react-hooks/exhaustive-deps

  // Another size of tiles keeps the picture in sight that stood first.
  useEffect(() => {
    firstShown.current = Math.round(offset / layout.row) * layout.columns;
  });
  const shape = `${String(layout.columns)} ${String(layout.row)}`;
  useLayoutEffect(() => {
    moveTo(Math.floor(firstShown.current / layout.columns) * layout.row);
  }, [shape]); // eslint-disable-line react-hooks/exhaustive-deps

  const pointAt = (event: PointerEvent): Place => {
    const rectangle = ref.current?.getBoundingClientRect();
    return {
      x: event.clientX - (rectangle?.left ?? 0),
      y: event.clientY - (rectangle?.top ?? 0) + offset,
    };
  };

  const indexAt = (event: { readonly target: EventTarget }): number | null => {
    const tile = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    return tile instanceof HTMLElement ? Number(tile.dataset.index) : null;
  };

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0 || !(event.target instanceof Element) || event.target === ref.current) return;
    const index = indexAt(event);
    if (index === null) {
      if (!event.ctrlKey && !event.shiftKey) onSelect(NOTHING);
      const from = pointAt(event);
      setBand({ from, to: from });
      event.currentTarget.setPointerCapture(event.pointerId);
      return;
    }
    setActive(index);
    if (event.shiftKey) {
      onSelect(add(selection, between(anchor.current, index)));
      return;
    }
    anchor.current = index;
    onSelect(event.ctrlKey || event.metaKey ? toggle(selection, index) : select(between(index, index)));
  };

  const onPointerMove = (event: PointerEvent) => {
    if (band !== null) setBand({ from: band.from, to: pointAt(event) });
  };

  const onPointerUp = (event: PointerEvent) => {
    if (band === null) return;
    const spans = spansWithin(layout, band.from, pointAt(event), total);
    setBand(null);
    if (Math.abs(band.from.x - band.to.x) + Math.abs(band.from.y - band.to.y) > 4) {
      onSelect(event.ctrlKey || event.shiftKey ? add(selection, ...spans) : select(...spans));
    }
  };

  const go = (to: number, event: KeyboardEvent) => {
    event.preventDefault();
    const next = Math.min(total - 1, Math.max(0, to));
    setActive(next);
    if (event.shiftKey) onSelect(select(between(anchor.current, next)));
    else {
      anchor.current = next;
      onSelect(select(between(next, next)));
    }
    moveTo(offsetShowing(layout, next, offset, view.height));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor(view.height / layout.row)) * layout.columns;
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: active - 1,
      ArrowRight: active + 1,
      ArrowUp: active - layout.columns,
      ArrowDown: active + layout.columns,
      PageUp: active - page,
      PageDown: active + page,
      Home: 0,
      End: total - 1,
    };
    const to = steps[event.key];
    if (to !== undefined && total > 0) go(to, event);
    else if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      props.onOpen(active);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      onSelect(select({ first: 0, end: total }));
    } else if (event.key === "Escape") onSelect(NOTHING);
    else props.onKey(event, active);
  };

  const indices = Array.from({ length: span.end - span.first }, (_, place) => span.first + place);
  return (
    <div
      ref={ref}
      className="gallery-scroll"
      role="listbox"
      aria-label={props.label}
      aria-multiselectable="true"
      aria-activedescendant={total > 0 ? `tile-${String(active)}` : undefined}
      tabIndex={0}
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onDoubleClick={(event) => {
        const index = indexAt(event);
        if (index !== null) props.onOpen(index);
      }}
    >
      <div className="gallery-track" style={{ blockSize: trackOf(layout) }} role="presentation">
        <div className="gallery-view" style={{ blockSize: view.height }} role="presentation">
          {indices.map((index) => {
            const { x, y } = placeOf(layout, index);
            return (
              <Tile
                key={index}
                index={index}
                entry={pages.at(index)}
                size={size}
                style={{
                  transform: `translate(${String(x)}px, ${String(Math.round(y - offset))}px)`,
                  inlineSize: layout.cell - 8,
                }}
                isSelected={isSelected(selection, index)}
                isActive={index === active}
                isResting={isResting}
                isInSight={y + layout.row > offset && y < offset + view.height}
                colours={colours}
              />
            );
          })}
          {band !== null && (
            <div
              className="gallery-band"
              style={{
                left: Math.min(band.from.x, band.to.x),
                top: Math.min(band.from.y, band.to.y) - offset,
                inlineSize: Math.abs(band.from.x - band.to.x),
                blockSize: Math.abs(band.from.y - band.to.y),
              }}
            />
          )}
        </div>
      </div>
    </div>
  );
}
