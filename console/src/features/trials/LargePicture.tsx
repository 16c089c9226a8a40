/** A guess as large as the window: the picture as it is stored, with boxes and the mask over it. */
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Toggle from "@cloudscape-design/components/toggle";
import { useState } from "react";
import { useCall, useRegion, type Own } from "../../api";
import { useUiText } from "../../ui/text";
import { Boxes, GuessText } from "./GuessCard";
import { useText } from "./text";

interface LargePictureProps {
  readonly arn: string;
  readonly trial: string;
  readonly picture: Own.TrialPicture;
  readonly onClose: () => void;
}

export function LargePicture({ arn, trial, picture, onClose }: LargePictureProps) {
  const t = useText();
  const ui = useUiText();
  const region = useRegion();
  const [isOverlaid, setOverlaid] = useState(true);
  const { SourceRef = "", HasMask = false, PictureId = 0 } = picture;
  const mask = useCall(
    "vedette",
    "GetTrialMask",
    { ProjectArn: arn, TrialId: trial, PictureId },
    { isEnabled: HasMask },
  );
  const query = new URLSearchParams({ source: SourceRef, region });
  const body = mask.data?.Body;
  return (
    <Modal
      visible
      size="max"
      header={<GuessText picture={picture} />}
      closeAriaLabel={ui("close")}
      onDismiss={onClose}
    >
      <SpaceBetween size="s">
        {(HasMask || (picture.Boxes ?? []).length > 0) && (
          <Toggle checked={isOverlaid} onChange={({ detail }) => setOverlaid(detail.checked)}>
            {t("overlay")}
          </Toggle>
        )}
        <div className="trials-picture trials-large">
          <img src={`/console/api/picture?${query.toString()}`} alt={SourceRef} />
          {isOverlaid && body !== undefined && (
            <img className="trials-mask" src={`data:image/png;base64,${body}`} alt="" />
          )}
          {isOverlaid && <Boxes picture={picture} />}
        </div>
      </SpaceBetween>
    </Modal>
  );
}
