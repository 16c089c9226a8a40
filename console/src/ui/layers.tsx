/** Whose boxes or masks are drawn over a picture: the model's, the person's, both, or one after the other. */
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { memo, useEffect, useState } from "react";
import { useUiText } from "./text";

export type LayerView = "both" | "model" | "person" | "none" | "blink";

export interface Layers {
  readonly view: LayerView;
  readonly model: boolean;
  readonly person: boolean;
}

const VIEWS: readonly LayerView[] = ["both", "model", "person", "blink", "none"];
const BLINK_MS = 700;

/** What is drawn now; while it blinks this changes by itself. */
export function useLayers(): readonly [Layers, (view: LayerView) => void] {
  const [view, setView] = useState<LayerView>("both");
  const [isModel, setIsModel] = useState(true);
  useEffect(() => {
    if (view !== "blink") return undefined;
    const timer = window.setInterval(() => setIsModel((before) => !before), BLINK_MS);
    return () => window.clearInterval(timer);
  }, [view]);
  const model = view === "both" || view === "model" || (view === "blink" && isModel);
  const person = view === "both" || view === "person" || (view === "blink" && !isModel);
  return [{ view, model, person }, setView];
}

interface LayerChoiceProps {
  readonly layers: Layers;
  readonly onChange: (view: LayerView) => void;
}

export const LayerChoice = memo(function LayerChoice({ layers, onChange }: LayerChoiceProps) {
  const t = useUiText();
  return (
    <SegmentedControl
      selectedId={layers.view}
      label={t("layers")}
      options={VIEWS.map((view) => ({ id: view, text: t(`layer_${view}`) }))}
      onChange={({ detail }) => {
        const view = VIEWS.find((candidate) => candidate === detail.selectedId);
        if (view !== undefined) onChange(view);
      }}
    />
  );
});
