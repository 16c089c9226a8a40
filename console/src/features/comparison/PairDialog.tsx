/** One test picture as both versions see it, side by side: what they found, and where they looked. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useCall, type Own, type VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { HeatMapChoice, HeatMapLayer, usePictureHeat, type HeatView } from "../../ui/heatMap";
import { LayerChoice, type Layers, type LayerView } from "../../ui/layers";
import { maskUrl, type OverlayBox, type OverlayMask } from "../../ui/drawing";
import { PictureOverlay } from "../../ui/overlay";
import type { Pair } from "./choice";
import { nameOf } from "./names";
import { useText } from "./text";

interface DialogProps {
  readonly pair: Pair;
  readonly image: Own.ComparedImage;
  readonly view: HeatView;
  readonly layers: Layers;
  readonly onLayers: (view: LayerView) => void;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly onStep: (step: number) => void;
  readonly onClose: () => void;
}

export function PairDialog(props: DialogProps) {
  const { pair, image, view, layers, hasPrevious, hasNext, onStep, onClose } = props;
  const t = useText();
  const sides = { source: image.SourceRef, view, layers };
  const first = useImage(pair.first, image.FirstNumber).data?.Images?.[0];
  return (
    <Modal
      visible
      size="max"
      header={
        <Header variant="h2" description={image.SourceRef}>
          <bdi>{nameOf(image.SourceRef)}</bdi>
        </Header>
      }
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button disabled={!hasPrevious} onClick={() => onStep(-1)}>
              {t("previous")}
            </Button>
            <Button disabled={!hasNext} onClick={() => onStep(1)}>
              {t("next")}
            </Button>
            <Button variant="primary" onClick={onClose}>
              {t("close")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        {first !== undefined && hasDrawings(first) && (
          <LayerChoice layers={layers} onChange={props.onLayers} />
        )}
        <div className="comparison-sides">
          <Side version={pair.first} number={image.FirstNumber} {...sides} />
          <Side version={pair.second} number={image.SecondNumber} {...sides} />
        </div>
      </SpaceBetween>
    </Modal>
  );
}

interface SideProps {
  readonly version: VersionFacts;
  readonly number: number;
  readonly source: string;
  readonly view: HeatView;
  readonly layers: Layers;
}

/** One test picture as a version sees it; a dialog and its sides ask once. */
function useImage(version: VersionFacts, number: number) {
  return useCall("vedette", "ListEvaluationImages", { ModelArn: version.arn, Numbers: [number] });
}

/** Labels whose maps are wanted also where the model did not find them: what is true. */
function trueLabels(image: Own.EvaluationImage): string[] {
  const names = [...(image.TrueLabels ?? []), ...(image.TrueBoxes ?? []).map(({ Label }) => Label ?? "")];
  const found = (image.Findings ?? []).map(({ Label }) => Label ?? "");
  return [...new Set([...names, ...found])].filter((name) => name !== "").slice(0, 5);
}

function Side({ version, number, source, view, layers }: SideProps) {
  const t = useText();
  const answer = useImage(version, number);
  const image = answer.data?.Images?.[0];
  if (answer.isError) return <FaultAlert error={answer.error} onRetry={() => void answer.refetch()} />;
  return (
    <SpaceBetween size="s">
      <Header
        variant="h3"
        info={
          image !== undefined && (
            <StatusIndicator type={image.Correct === true ? "success" : "error"}>
              {t(image.Correct === true ? "right" : "wrong")}
            </StatusIndicator>
          )
        }
      >
        <bdi>{version.name}</bdi>
      </Header>
      {image === undefined ? (
        <Spinner />
      ) : (
        <Seen version={version} image={image} source={source} view={view} layers={layers} />
      )}
    </SpaceBetween>
  );
}

interface SeenProps {
  readonly version: VersionFacts;
  readonly image: Own.EvaluationImage;
  readonly source: string;
  readonly view: HeatView;
  readonly layers: Layers;
}

function Seen({ version, image, source, view, layers }: SeenProps) {
  const heat = usePictureHeat({ arn: version.arn, source, labels: labelsToExplain(image) }, view);
  const query = new URLSearchParams({ source });
  return (
    <SpaceBetween size="s">
      <PictureOverlay
        source={source}
        url={`/console/api/picture?${query.toString()}`}
        alt={nameOf(source)}
        boxes={boxesOf(image, layers)}
        masks={masksOf(image, layers)}
        isLarge
      >
        <HeatMapLayer heat={heat} view={view} />
      </PictureOverlay>
      <HeatMapChoice heat={heat} view={view} />
      <Statements image={image} />
    </SpaceBetween>
  );
}

function hasDrawings(image: Own.EvaluationImage): boolean {
  return image.TrueBoxes !== undefined || image.TrueMask !== undefined || image.FoundMask !== undefined;
}

/** An anomaly has one map; it is named by no label of the picture. */
function labelsToExplain(image: Own.EvaluationImage): string[] {
  return image.IsAnomalous === undefined ? trueLabels(image) : [];
}

/** At the version's own thresholds: what it called, and what is true. Boxes lie on the upright picture. */
function boxesOf(image: Own.EvaluationImage, layers: Layers): OverlayBox[] {
  const called = (image.Findings ?? []).filter(
    ({ Left, Outcome }) => Left !== undefined && (Outcome === "tp" || Outcome === "fp"),
  );
  return [
    ...(layers.person ? (image.TrueBoxes ?? []) : []).map((box): OverlayBox => ({ ...box, kind: "person" })),
    ...(layers.model ? called : []).map((box): OverlayBox => ({
      ...box,
      kind: box.Outcome === "tp" ? "right" : "wrong",
    })),
  ];
}

function masksOf({ TrueMask, FoundMask }: Own.EvaluationImage, layers: Layers): OverlayMask[] {
  const person = layers.person ? TrueMask?.SourceRef : undefined;
  const model = layers.model ? FoundMask?.SourceRef : undefined;
  return [
    ...(person === undefined ? [] : [{ kind: "person", url: maskUrl(person) } as const]),
    ...(model === undefined ? [] : [{ kind: "model", url: maskUrl(model) } as const]),
  ];
}

/** What the version called, and what is true. */
function Statements({ image }: { readonly image: Own.EvaluationImage }) {
  const t = useText();
  const formats = useFormats();
  const called = (image.Findings ?? []).filter(({ Outcome }) => Outcome !== "fn" && Outcome !== "tn");
  const found = called.map(({ Label = "", Confidence }) => `${Label} ${formats.percent(Confidence ?? 0)}`);
  const says =
    image.IsAnomalous === undefined || image.Score === undefined
      ? found
      : [t("anomalyScore", { share: formats.percent(image.Score) }), ...found];
  const names = (image.TrueLabels ?? []).concat((image.TrueBoxes ?? []).map(({ Label }) => Label ?? ""));
  const truth =
    image.IsAnomalous === undefined
      ? names.join(", ") || t("nothing")
      : t(image.IsAnomalous ? "isAnomalous" : "isNormal");
  return (
    <dl className="comparison-says">
      <dt>{t("found")}</dt>
      <dd>
        <bdi>{says.slice(0, 8).join(", ") || t("nothing")}</bdi>
      </dd>
      <dt>{t("isTrue")}</dt>
      <dd>
        <bdi>{truth}</bdi>
      </dd>
    </dl>
  );
}
