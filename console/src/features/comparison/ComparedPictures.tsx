/** The common pictures by what became of them: better, worse, wrong in both, right in both. */
import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import { useState } from "react";
import { useCall, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useHeatView } from "../../ui/heatMap";
import { useLayers } from "../../ui/layers";
import type { Pair } from "./choice";
import { nameOf } from "./names";
import { PairDialog } from "./PairDialog";
import { useText } from "./text";

type Kind = Own.ListComparedImagesRequest["Kind"];

const PAGE = 24;
const KINDS = ["better", "worse", "both-wrong", "both-right"] as const;

interface PicturesProps {
  readonly pair: Pair;
  readonly comparison: Own.CompareVersionsResponse;
}

function countsOf(comparison: Own.CompareVersionsResponse): Readonly<Record<Kind, number>> {
  return {
    better: comparison.Better,
    worse: comparison.Worse,
    "both-wrong": comparison.BothWrong,
    "both-right": comparison.BothRight,
  };
}

export function ComparedPictures({ pair, comparison }: PicturesProps) {
  const t = useText();
  const counts = countsOf(comparison);
  const [kind, setKind] = useState<Kind>(() => KINDS.find((name) => counts[name] > 0) ?? "better");
  return (
    <Container header={<Header variant="h2">{t("pictures")}</Header>}>
      <SpaceBetween size="m">
        <SegmentedControl
          label={t("pictures")}
          selectedId={kind}
          options={KINDS.map((name) => ({ id: name, text: t(`kind_${name}`, { count: counts[name] }) }))}
          onChange={({ detail }) => setKind(KINDS.find((name) => name === detail.selectedId) ?? kind)}
        />
        <PicturesOfKind key={kind} pair={pair} kind={kind} />
      </SpaceBetween>
    </Container>
  );
}

function PicturesOfKind({ pair, kind }: { readonly pair: Pair; readonly kind: Kind }) {
  const t = useText();
  const [page, setPage] = useState(1);
  const [opened, setOpened] = useState<number | null>(null);
  const view = useHeatView();
  const [layers, setLayers] = useLayers();
  const list = useCall("vedette", "ListComparedImages", {
    FirstModelArn: pair.first.arn,
    SecondModelArn: pair.second.arn,
    Kind: kind,
    Offset: (page - 1) * PAGE,
    MaxResults: PAGE,
  });
  if (list.isError) return <FaultAlert error={list.error} onRetry={() => void list.refetch()} />;
  if (list.isPending) return <Spinner />;
  const { Images: images, Total: total } = list.data;
  if (total === 0) return <Box color="text-body-secondary">{t(`none_${kind}`)}</Box>;
  const image = opened === null ? undefined : images[opened];
  return (
    <SpaceBetween size="m">
      <ul className="comparison-pictures">
        {images.map((item, at) => (
          <li key={item.SourceRef}>
            <Card image={item} onOpen={() => setOpened(at)} />
          </li>
        ))}
      </ul>
      {total > PAGE && (
        <Pagination
          currentPageIndex={page}
          pagesCount={Math.ceil(total / PAGE)}
          onChange={({ detail }) => setPage(detail.currentPageIndex)}
        />
      )}
      {image !== undefined && (
        <PairDialog
          key={image.SourceRef}
          pair={pair}
          image={image}
          view={view}
          layers={layers}
          onLayers={setLayers}
          onStep={(step) => setOpened((opened ?? 0) + step)}
          hasPrevious={(opened ?? 0) > 0}
          hasNext={(opened ?? 0) < images.length - 1}
          onClose={() => setOpened(null)}
        />
      )}
    </SpaceBetween>
  );
}

interface CardProps {
  readonly image: Own.ComparedImage;
  readonly onOpen: () => void;
}

function Card({ image, onOpen }: CardProps) {
  const t = useText();
  const query = new URLSearchParams({ source: image.SourceRef, side: "256" });
  const gain = Math.abs(image.Gain);
  return (
    <button type="button" className="comparison-card" onClick={onOpen}>
      <img src={`/console/api/thumbnail?${query.toString()}`} alt="" loading="lazy" decoding="async" />
      <span className="comparison-name">
        <bdi>{nameOf(image.SourceRef)}</bdi>
      </span>
      {gain > 1 && (
        <Box variant="small">{t(image.Gain > 0 ? "fewerMistakes" : "moreMistakes", { count: gain })}</Box>
      )}
    </button>
  );
}
