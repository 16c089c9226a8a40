/** The tools' pictures, which the design system has none of. Sixteen units wide, drawn in lines as its own are. */

import type { ReactNode } from "react";
import type { Command } from "./keymap";

const LINE = { fill: "none", stroke: "currentColor", strokeWidth: 1.6 } as const;

const SHAPES: Partial<Record<Command, ReactNode>> = {
  select: <path d="M3 2l9.5 5-4 1.2L6.3 12.5z" />,
  box: <path d="M2.5 4.5h11v8h-11z M1 4.5h3 M2.500 3v3 M12 12.500h3 M13.500 11v3" />,
  rectangle: <path d="M2.500 4h11v8h-11z" />,
  ellipse: <ellipse cx="8" cy="8" rx="6" ry="4.500" />,
  polygon: <path d="M3 12.500L2.500 5l6-3 5 5-3 6z" />,
  brush: <path d="M13.500 2.500l-6 6.500 M7.500 9c-2-.5-4 1-4 4 2.500.5 5-.5 4.900-2.500z" />,
  eraser: <path d="M6 13l-3.500-3.500 6.500-6.500 4.500 4.500L8 13z M5 7l4.500 4.500 M5 13.500h9" />,
  flood: (
    <path d="M2.500 13.500l7-7 M11 2v3 M12.500 6h3 M9 3.500L7.500 2 M12 9l1.500 1.500 M13 4l1.500-1.500" />
  ),
  outline: (
    <>
      <path
        d="M3.500 8c0-3 2-4.500 4.500-4.500S13 5.500 12 8.500s-2.500 4-4.500 4S3.500 11 3.500 8z"
        strokeDasharray="2 1.600"
      />
      <path d="M8 6v4 M6 8h4" />
    </>
  ),
  undo: <path d="M3 6h6.500a3.500 3.500 0 010 7H6 M5.500 3L2.500 6l3 3" />,
  redo: <path d="M13 6H6.500a3.500 3.500 0 000 7H10 M10.500 3l3 3-3 3" />,
  contrast: (
    <>
      <circle cx="8" cy="8" r="5.500" />
      <path d="M8 2.500a5.500 5.500 0 010 11z" fill="currentColor" />
    </>
  ),
  fit: <path d="M2.500 5.500v-3h3 M10.500 2.500h3v3 M13.500 10.500v3h-3 M5.500 13.500h-3v-3" />,
};

export function hasIcon(command: Command): boolean {
  return SHAPES[command] !== undefined;
}

export function ToolIcon({ command }: { readonly command: Command }) {
  return (
    <svg viewBox="0 0 16 16" focusable="false" aria-hidden="true">
      <g style={LINE}>{SHAPES[command]}</g>
    </svg>
  );
}
