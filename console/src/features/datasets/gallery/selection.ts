/** Which entries are selected: spans of their places in the answer, so that a million cost what one does. */
import type { Span } from "./layout";

export interface Selection {
  readonly spans: readonly Span[];
}

export const NOTHING: Selection = { spans: [] };

/** Spans in their order, those that touch joined. */
function joined(spans: readonly Span[]): Span[] {
  const sorted = [...spans].filter((span) => span.first < span.end).sort((a, b) => a.first - b.first);
  const result: Span[] = [];
  for (const span of sorted) {
    const last = result.at(-1);
    if (last !== undefined && span.first <= last.end) {
      result[result.length - 1] = { first: last.first, end: Math.max(last.end, span.end) };
    } else {
      result.push(span);
    }
  }
  return result;
}

export function select(...spans: readonly Span[]): Selection {
  return { spans: joined(spans) };
}

export function add(selection: Selection, ...spans: readonly Span[]): Selection {
  return { spans: joined([...selection.spans, ...spans]) };
}

export function isSelected(selection: Selection, index: number): boolean {
  return selection.spans.some((span) => span.first <= index && index < span.end);
}

export function toggle(selection: Selection, index: number): Selection {
  if (!isSelected(selection, index)) return add(selection, { first: index, end: index + 1 });
  const rest = selection.spans.flatMap((span) =>
    span.first <= index && index < span.end
      ? [
          { first: span.first, end: index },
          { first: index + 1, end: span.end },
        ]
      : [span],
  );
  return { spans: joined(rest) };
}

/** From one place to another, both included, whichever comes first. */
export function between(from: number, to: number): Span {
  return { first: Math.min(from, to), end: Math.max(from, to) + 1 };
}

export function countOf(selection: Selection): number {
  return selection.spans.reduce((sum, span) => sum + span.end - span.first, 0);
}
