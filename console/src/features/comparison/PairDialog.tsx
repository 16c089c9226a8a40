/** One test picture as both versions see it, side by side: what they found, and where they looked. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useState } from "react";
import { useCall, type Own, type VersionFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { HeatMapChoice, HeatMapLayer, usePictureHeat, type HeatView } from "../../ui/heatMap";
import type { Pair } from "./choice";
import { nameOf } from "./names";
import { useText } from "./text";

interface DialogProps {
  readonly pair: Pair;
  readonly image: Own.ComparedImage;
  readonly view: HeatView;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
  readonly onStep: (step: number) => void;
  readonly onClose: () => void;
}

export function PairDialog({ pair, image, view, hasPrevious, hasNext, onStep, onClose }: DialogProps) {
  const t = useText();
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
      <div className="comparison-sides">
        <Side version={pair.first} number={image.FirstNumber} source={image.SourceRef} view={view} />
        <Side version={pair.second} number={image.SecondNumber} source={image.SourceRef} view={view} />
      </div>
    </Modal>
  );
}

interface SideProps {
  readonly version: VersionFacts;
  readonly number: number;
  readonly source: string;
  readonly view: HeatView;
}

/** Labels whose maps are wanted also where the model did not find them: what is true. */
function trueLabels(image: Own.EvaluationImage): string[] {
  const names = [...(image.TrueLabels ?? []), ...(image.TrueBoxes ?? []).map(({ Label }) => Label ?? "")];
  const found = (image.Findings ?? []).map(({ Label }) => Label ?? "");
  return [...new Set([...names, ...found])].filter((name) => name !== "").slice(0, 5);
}

function Side({ version, number, source, view }: SideProps) {
  const t = useText();
  const answer = useCall("vedette", "ListEvaluationImages", { ModelArn: version.arn, Numbers: [number] });
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
        <Seen version={version} image={image} source={source} view={view} />
      )}
    </SpaceBetween>
  );
}

interface SeenProps {
  readonly version: VersionFacts;
  readonly image: Own.EvaluationImage;
  readonly source: string;
  readonly view: HeatView;
}

function Seen({ version, image, source, view }: SeenProps) {
  const t = useText();
  const heat = usePictureHeat({ arn: version.arn, source, labels: labelsToExplain(image) }, view);
  const [isLost, setIsLost] = useState(false);
  const query = new URLSearchParams({ source });
  return (
    <SpaceBetween size="s">
      {isLost ? (
        <StatusIndicator type="warning">{t("lost")}</StatusIndicator>
      ) : (
        <span className="comparison-layers">
          <img
            src={`/console/api/picture?${query.toString()}`}
            alt={nameOf(source)}
            onError={() => setIsLost(true)}
          />
          <HeatMapLayer heat={heat} view={view} />
          {image.FoundMask?.SourceRef !== undefined && !view.isOn && (
            <Mask source={image.FoundMask.SourceRef} />
          )}
          <Boxes image={image} />
        </span>
      )}
      {!isLost && <HeatMapChoice heat={heat} view={view} />}
      <Statements image={image} />
    </SpaceBetween>
  );
}

/** An anomaly has one map; it is named by no label of the picture. */
function labelsToExplain(image: Own.EvaluationImage): string[] {
  return image.IsAnomalous === undefined ? trueLabels(image) : [];
}

function Mask({ source }: { readonly source: string }) {
  const query = new URLSearchParams({ source, side: "256", layer: "mask" });
  return (
    <img
      className="comparison-mask"
      src={`/console/api/thumbnail?${query.toString()}`}
      alt=""
      onError={({ currentTarget }) => {
        currentTarget.hidden = true;
      }}
    />
  );
}

function Boxes({ image }: { readonly image: Own.EvaluationImage }) {
  const called = (image.Findings ?? []).filter(
    ({ Left, Outcome }) => Left !== undefined && (Outcome === "tp" || Outcome === "fp"),
  );
  const boxes = [
    ...(image.TrueBoxes ?? []).map((box) => ({ box, kind: "person" })),
    ...called.map((box) => ({ box, kind: box.Outcome === "tp" ? "right" : "wrong" })),
  ];
  if (boxes.length === 0) return null;
  return (
    <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      {boxes.map(({ box, kind }, at) => (
        <rect
          key={at}
          className={`is-${kind}`}
          x={box.Left ?? 0}
          y={box.Top ?? 0}
          width={box.Width ?? 0}
          height={box.Height ?? 0}
        />
      ))}
    </svg>
  );
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
