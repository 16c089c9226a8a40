/** What lies over a guess's picture: the model's boxes and mask, which is asked for, and a person's correction. */
import { useCall, type Own } from "../../api";
import { maskUrl, type OverlayBox, type OverlayMask } from "../../ui/drawing";
import { boxesOf, correctedBoxesOf, correctedMaskOf, type Shown } from "./drawings";

/** The trial whose guess it is. */
export interface GuessPlace {
  readonly arn: string;
  readonly trial: string;
}

interface Overlay {
  readonly boxes: OverlayBox[];
  readonly masks: OverlayMask[];
}

export function useOverlay({ arn, trial }: GuessPlace, picture: Own.TrialPicture, shown: Shown): Overlay {
  const { HasMask = false, PictureId = 0 } = picture;
  const { data } = useCall(
    "vedette",
    "GetTrialMask",
    { ProjectArn: arn, TrialId: trial, PictureId },
    { isEnabled: HasMask && shown.model },
  );
  const drawn = shown.person ? correctedMaskOf(picture) : undefined;
  const found = shown.model ? data?.Body : undefined;
  return {
    boxes: [...(shown.model ? boxesOf(picture) : []), ...(shown.person ? correctedBoxesOf(picture) : [])],
    masks: [
      ...(found === undefined
        ? []
        : [{ kind: "model", url: `data:image/png;base64,${found}`, isOnWhite: true } as const]),
      ...(drawn === undefined ? [] : [{ kind: "person", url: maskUrl(drawn) } as const]),
    ],
  };
}
