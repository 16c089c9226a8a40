/** The pictures of one label by what they count as, the worst first, and one of them large. */
import Button from "@cloudscape-design/components/button";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { memo, useDeferredValue, useState } from "react";
import type { ProjectFacts, VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import type { ProjectPlace } from "../../ui/ofProject";
import { LayerChoice, useLayers } from "../../ui/layers";
import type { EvaluationColumns } from "./columns";
import { countsShown, OUTCOMES, type OutcomeKind, type RankedLabel } from "./counting";
import { gallery } from "./galleries";
import { useThreshold } from "./moved";
import { PictureDialog } from "./PictureDialog";
import { PictureGrid } from "./PictureGrid";
import { useText } from "./text";

export interface GalleriesProps {
  readonly place: ProjectPlace;
  readonly project: ProjectFacts;
  readonly version: VersionFacts;
  readonly columns: EvaluationColumns;
  readonly ranked: RankedLabel;
  /** Its place among the ranked ones. */
  readonly at: number;
  readonly show: OutcomeKind;
  readonly onShow: (kind: OutcomeKind) => void;
}

const PAGE = 24;

/** What takes longer to draw than the slider and its counts follows them, and gives way to the next step. */
export const Galleries = memo(function Galleries(props: GalleriesProps) {
  return <Following {...props} threshold={useThreshold(props.at)} />;
});

/** Asks nothing of what moves: only so may the drawing of one step be given up for the next. */
function Following(props: GalleriesProps & { readonly threshold: number }) {
  return <Gallery {...props} threshold={useDeferredValue(props.threshold)} />;
}

const Gallery = memo(function Gallery(props: GalleriesProps & { readonly threshold: number }) {
  const { columns, ranked, threshold, show, onShow } = props;
  const t = useText();
  const formats = useFormats();
  const [pages, setPages] = useState(1);
  const [open, setOpen] = useState<number | null>(null);
  const [layers, setLayers] = useLayers();
  const counts = countsShown(ranked, threshold);
  const kinds = OUTCOMES.filter((kind) => kind !== "tn" || ranked.label.at === null);
  const page = gallery(ranked, threshold, show, pages * PAGE);
  const hasLayers = columns.figures.task === "detection" || columns.figures.task === "segmentation";
  return (
    <SpaceBetween size="m">
      <div className="evaluation-bar" data-threshold={threshold}>
        <SegmentedControl
          selectedId={show}
          label={t("gallery")}
          options={kinds.map((kind) => ({ id: kind, text: `${t(kind)} (${formats.number(counts[kind])})` }))}
          onChange={({ detail }) => {
            const kind = kinds.find((candidate) => candidate === detail.selectedId);
            setPages(1);
            if (kind !== undefined) onShow(kind);
          }}
        />
        {hasLayers && <LayerChoice layers={layers} onChange={setLayers} />}
      </div>
      <PictureGrid
        columns={columns}
        arn={props.version.arn}
        items={page.items}
        label={ranked.label.row.label}
        threshold={threshold}
        layers={layers}
        empty={t(`none_${show}`)}
        onOpen={setOpen}
      />
      {page.total > page.items.length && (
        <Button onClick={() => setPages(pages + 1)}>
          {t("more", { count: page.total - page.items.length })}
        </Button>
      )}
      {open !== null && (
        <PictureDialog
          {...props}
          label={ranked.label.row.label}
          numbers={page.items.map(({ picture }) => picture)}
          number={open}
          layers={layers}
          onLayers={setLayers}
          onOpen={setOpen}
          onClose={() => setOpen(null)}
        />
      )}
    </SpaceBetween>
  );
});
