/** One guess: the picture with what was found on it, in words, and what people say of it. */
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Own, ProjectService } from "../../api";
import { useFormats } from "../../i18n/context";
import { Sentence } from "../../sentences";
import { hrefOf, useFollow } from "../../ui/links";
import { PictureOverlay } from "../../ui/overlay";
import { shownOnCard } from "./drawings";
import { useOverlay, type GuessPlace } from "./masks";
import { useText } from "./text";
import type { Verdict } from "./verifying";

const SIDE = 384;

/** The name in an ARN: of a user, of a role's session, or root. */
export function personOf(arn: string): string {
  return arn.slice(Math.max(arn.lastIndexOf("/"), arn.lastIndexOf(":")) + 1);
}

interface PictureProps {
  readonly picture: Own.TrialPicture;
}

export function thumbnailOf(source: string): string {
  return `/console/api/thumbnail?source=${encodeURIComponent(source)}&side=${String(SIDE)}`;
}

/** What was guessed, with how sure the model is. */
export function GuessText({ picture, isExample = false }: PictureProps & { readonly isExample?: boolean }) {
  const t = useText();
  const formats = useFormats();
  const { State, AnomalyClass, Labels = [], Boxes, Confidence = 0 } = picture;
  if (State === "waiting") return <StatusIndicator type="pending">{t("waiting")}</StatusIndicator>;
  if (State !== "answered") return <StatusIndicator type="warning">{t("noAnswer")}</StatusIndicator>;
  const names = Boxes === undefined ? Labels : [...new Set(Boxes.map(({ Label = "" }) => Label))];
  return (
    <span>
      {AnomalyClass !== undefined && t(AnomalyClass === "anomaly" ? "anomaly" : "normal")}
      {AnomalyClass === undefined && names.length === 0 && t("nothing")}
      <bdi>{names.join(", ")}</bdi> <Badge>{formats.percent(Confidence)}</Badge>{" "}
      {isExample && <Badge color="severity-medium">{t("driftMark")}</Badge>}
    </span>
  );
}

interface GuessPictureProps extends PictureProps {
  readonly place: GuessPlace;
  readonly onOpen: () => void;
}

/** With all that would go into a dataset: nobody should agree to what is not seen. */
export function GuessPicture({ picture, place, onOpen }: GuessPictureProps) {
  const t = useText();
  const overlay = useOverlay(place, picture, shownOnCard(picture));
  const { SourceRef = "", Message = "" } = picture;
  const name = SourceRef.slice(SourceRef.lastIndexOf("/") + 1);
  return (
    <SpaceBetween size="xxs">
      <button type="button" className="trials-picture" aria-label={t("enlarge", { name })} onClick={onOpen}>
        <PictureOverlay source={SourceRef} url={thumbnailOf(SourceRef)} alt="" {...overlay} areBoxesStored />
      </button>
      <Box fontSize="body-s" color="text-body-secondary">
        <span className="trials-name" title={SourceRef}>
          <bdi>{name}</bdi>
        </span>
      </Box>
      {Message !== "" && (
        <Box fontSize="body-s">
          <Sentence text={Message} />
        </Box>
      )}
    </SpaceBetween>
  );
}

const SIGNS: Readonly<Record<"none" | "correct" | "incorrect" | "corrected", StatusIndicatorProps.Type>> = {
  none: "pending",
  correct: "success",
  incorrect: "error",
  corrected: "success",
};

/** What was said of it, and on the same line the way to the canvas: three buttons would break a card's line. */
export function VerdictSign(props: GuessProps) {
  const { picture } = props;
  const t = useText();
  const { State, Verdict: verdict = "none", VerifiedBy = "", VerifiedLine = "", AddedTo = "" } = picture;
  if (State !== "answered") return null;
  const needsLabels = verdict === "incorrect" && VerifiedLine === "";
  return (
    <SpaceBetween size="xxs">
      <div className="trials-verdict">
        <StatusIndicator type={SIGNS[verdict]} wrapText>
          {t(`verdict_${verdict}`)} {verdict !== "none" && <bdi>({personOf(VerifiedBy)})</bdi>}
        </StatusIndicator>
        {AddedTo === "" && <DrawLink {...props} />}
      </div>
      {needsLabels && <Box fontSize="body-s">{t("needsLabels")}</Box>}
      {AddedTo !== "" && <Badge color="green">{t(AddedTo === "test" ? "inTest" : "inTrain")}</Badge>}
    </SpaceBetween>
  );
}

interface GuessProps extends PictureProps {
  readonly service: ProjectService;
  readonly route: string;
  readonly trial: string;
}

/** The canvas for what was missed, opened at this picture. */
function DrawLink({ picture, service, route, trial }: GuessProps) {
  const t = useText();
  const follow = useFollow();
  const query = new URLSearchParams({ trial, entry: String(picture.PictureId ?? 0) });
  if (service === "rekognition" && picture.Boxes !== undefined) query.set("mode", "boxes");
  const href = hrefOf(`${route}/datasets/train/label?${query.toString()}`);
  return (
    <Button variant="inline-link" iconName="edit" href={href} onFollow={follow}>
      {t("draw")}
    </Button>
  );
}

interface GuessActionsProps extends PictureProps {
  readonly onVerify: (verdict: Verdict) => void;
}

export function GuessActions({ picture, onVerify }: GuessActionsProps) {
  const t = useText();
  const { State, Verdict: verdict = "none", AddedTo = "" } = picture;
  if (State !== "answered" || AddedTo !== "") return null;
  return (
    <SpaceBetween direction="horizontal" size="xxs">
      <Button
        iconName="check"
        variant={verdict === "correct" ? "primary" : "normal"}
        onClick={() => onVerify("correct")}
      >
        {t("correct")}
      </Button>
      <Button
        iconName="close"
        variant={verdict === "incorrect" ? "primary" : "normal"}
        onClick={() => onVerify("incorrect")}
      >
        {t("incorrect")}
      </Button>
    </SpaceBetween>
  );
}
