/** Where tiles lie, and how a scrollbar of bounded length reaches all of them. Numbers only. */

/** What stands below a picture: its name, and its labels. */
const CAPTION = 44;
const GAP = 8;

/** Chromium lays out about 33.5 million pixels at most; other browsers less. Far below all of them. */
export const LONGEST = 8_000_000;

export interface Layout {
  readonly columns: number;
  readonly cell: number;
  readonly row: number;
  readonly rows: number;
  /** The height that all rows would have. */
  readonly height: number;
}

export function layOut(count: number, width: number, size: number): Layout {
  const columns = Math.max(1, Math.floor((width - GAP) / (size + GAP)));
  const cell = Math.floor((width - GAP) / columns);
  const row = size + CAPTION + GAP;
  const rows = Math.ceil(count / columns);
  return { columns, cell, row, rows, height: rows * row + GAP };
}

/** The height of what the browser scrolls. */
export function trackOf(layout: Layout): number {
  return Math.min(layout.height, LONGEST);
}

/** From the browser's offset to ours; they are the same as long as all rows fit. */
export function offsetOf(layout: Layout, scrolled: number, view: number): number {
  const track = trackOf(layout);
  if (track === layout.height) return scrolled;
  const share = Math.min(1, Math.max(0, scrolled / Math.max(1, track - view)));
  return share * (layout.height - view);
}

export function scrolledOf(layout: Layout, offset: number, view: number): number {
  const track = trackOf(layout);
  if (track === layout.height) return offset;
  return (offset / Math.max(1, layout.height - view)) * (track - view);
}

export function clampOffset(layout: Layout, offset: number, view: number): number {
  return Math.min(Math.max(0, offset), Math.max(0, layout.height - view));
}

export interface Span {
  readonly first: number;
  /** Behind the last. */
  readonly end: number;
}

/** The entries that are in sight at an offset, and a row more on each side. */
export function spanAt(layout: Layout, offset: number, view: number, count: number): Span {
  const first = Math.max(0, Math.floor(offset / layout.row) - 1) * layout.columns;
  const last = (Math.ceil((offset + view) / layout.row) + 1) * layout.columns;
  return { first: Math.min(first, count), end: Math.min(count, last) };
}

/** The nearest offset at which an entry is in sight whole. */
export function offsetShowing(layout: Layout, index: number, offset: number, view: number): number {
  const top = Math.floor(index / layout.columns) * layout.row;
  if (top < offset) return top;
  return top + layout.row + GAP > offset + view ? top + layout.row + GAP - view : offset;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

export function placeOf(layout: Layout, index: number): Place {
  return {
    x: GAP + (index % layout.columns) * layout.cell,
    y: GAP + Math.floor(index / layout.columns) * layout.row,
  };
}

/** The entries within a rectangle that was drawn over the rows, each row a span. */
export function spansWithin(layout: Layout, from: Place, to: Place, count: number): Span[] {
  const left = Math.max(0, Math.floor((Math.min(from.x, to.x) - GAP) / layout.cell));
  const right = Math.min(layout.columns - 1, Math.floor((Math.max(from.x, to.x) - GAP) / layout.cell));
  const top = Math.max(0, Math.floor((Math.min(from.y, to.y) - GAP) / layout.row));
  const bottom = Math.min(layout.rows - 1, Math.floor((Math.max(from.y, to.y) - GAP) / layout.row));
  const spans: Span[] = [];
  for (let row = top; row <= bottom; row += 1) {
    const start = row * layout.columns;
    const span = { first: start + left, end: Math.min(count, start + right + 1) };
    if (span.first < span.end) spans.push(span);
  }
  return spans;
}
