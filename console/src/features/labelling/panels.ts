/** What stands in the panel beside the canvas, above the labels; each part decides itself whether it shows. */

import type { ReactNode } from "react";
import type { Desk } from "./desk/desk";
import type { Mode } from "./keymap";
import { RoundPanel } from "./RoundPanel";
import type { Workplace } from "./workplace";

export interface PanelProps {
  readonly work: Workplace;
  readonly desk: Desk | undefined;
  readonly mode: Mode;
}

export const PANELS: readonly ((props: PanelProps) => ReactNode)[] = [RoundPanel];
