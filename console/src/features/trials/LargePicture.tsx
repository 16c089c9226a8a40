/** A guess as large as the window: the picture with the model's boxes and mask, a person's correction, and the heat map. */
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRegion, type Own } from "../../api";
import { HeatMapChoice, HeatMapLayer, usePictureHeat, type HeatView } from "../../ui/heatMap";
import { LayerChoice, type Layers, type LayerView } from "../../ui/layers";
import { PictureOverlay } from "../../ui/overlay";
import { useUiText } from "../../ui/text";
import { boxesOf, correctedBoxesOf, correctedMaskOf } from "./drawings";
import { GuessText } from "./GuessCard";
import { useOverlay } from "./masks";

interface LargePictureProps {
  readonly arn: string;
  readonly trial: string;
  readonly picture: Own.TrialPicture;
  /** The version that guessed; none where it was deleted meanwhile. */
  readonly model: string | undefined;
  readonly layers: Layers;
  readonly onLayers: (view: LayerView) => void;
  readonly view: HeatView;
  readonly onClose: () => void;
}

export function LargePicture(props: LargePictureProps) {
  const { arn, trial, picture, model, layers, view, onClose } = props;
  const ui = useUiText();
  const region = useRegion();
  const { SourceRef = "", Labels = [] } = picture;
  const overlay = useOverlay({ arn, trial }, picture, layers);
  const heat = usePictureHeat(
    { arn: model ?? "", source: SourceRef, labels: Labels.slice(0, MOST_MAPS) },
    { ...view, isOn: view.isOn && model !== undefined },
  );
  const query = new URLSearchParams({ source: SourceRef, region });
  return (
    <Modal
      visible
      size="max"
      header={<GuessText picture={picture} />}
      closeAriaLabel={ui("close")}
      onDismiss={onClose}
    >
      <SpaceBetween size="s">
        {hasDrawings(picture) && <LayerChoice layers={layers} onChange={props.onLayers} />}
        <PictureOverlay
          source={SourceRef}
          url={`/console/api/picture?${query.toString()}`}
          alt={SourceRef}
          {...overlay}
          areBoxesStored
          isLarge
        >
          <HeatMapLayer heat={heat} view={view} />
        </PictureOverlay>
        {model !== undefined && <HeatMapChoice heat={heat} view={view} />}
      </SpaceBetween>
    </Modal>
  );
}

/** As many labels are explained at once, at most (`GetHeatMap`). */
const MOST_MAPS = 5;

function hasDrawings(picture: Own.TrialPicture): boolean {
  return (
    picture.HasMask === true ||
    boxesOf(picture).length + correctedBoxesOf(picture).length > 0 ||
    correctedMaskOf(picture) !== undefined
  );
}
