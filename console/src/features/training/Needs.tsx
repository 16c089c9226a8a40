/** What keeps a training from beginning: a sentence each, and the button that leads to where it is mended. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Sentence, useSentence } from "../../sentences";
import { hrefOf, useFollow } from "../../ui/links";
import { kindOf, type Need, type NeedKind } from "./needs";
import { placeOfPicture } from "./Problems";
import { useText } from "./text";
import "./training.css";

/** So many names fit in a sentence. */
const NAMED = 4;

function useNames(): (labels: readonly string[]) => string {
  const t = useText();
  return (labels) => {
    const first = labels.slice(0, NAMED).join(", ");
    return labels.length > NAMED ? t("andMore", { labels: first, count: labels.length - NAMED }) : first;
  };
}

function useWords(): (need: Need) => string {
  const t = useText();
  const names = useNames();
  const say = useSentence();
  return (need) => {
    const dataset = need.DatasetType === "test" ? t("inTest") : t("inTrain");
    const labels = names(need.Labels ?? []);
    const words: Readonly<Record<NeedKind, () => string>> = {
      labels: () => t("needLabels"),
      pictures: () => (need.DatasetType === "test" ? t("needTestPictures") : t("needPictures")),
      busy: () => t("needBusy"),
      more: () => t("needMore", { count: need.Missing ?? 0, labels, dataset }),
      invalid: () => t("needInvalid", { dataset }),
      twice: () => t("needTwice", { dataset }),
      overlap: () => t("needOverlap", { labels }),
      picture: () => t("needPicture"),
      other: () => say(need.Message ?? ""),
    };
    return words[kindOf(need)]();
  };
}

/** Where a need is mended, below the project's route. */
function placeOf(need: Need): string {
  const dataset = `/datasets/${need.DatasetType ?? "train"}`;
  switch (kindOf(need)) {
    case "pictures":
      return "/datasets";
    case "labels":
      return `${dataset}?labelled=no`;
    case "more":
      return `${dataset}?${new URLSearchParams((need.Labels ?? []).map((label) => ["label", label])).toString()}`;
    case "invalid":
      return `${dataset}?errors=yes`;
    case "picture":
      return placeOfPicture(need.DatasetType ?? "train", need.SourceRef ?? "");
    case "twice":
      return `${dataset}?twins=yes`;
    default:
      return dataset;
  }
}

/** One thing that is needed; without a route there is no page to mend it on. */
export function NeedRow({ need, route }: { readonly need: Need; readonly route: string | null }) {
  const t = useText();
  const follow = useFollow();
  const words = useWords();
  const kind = kindOf(need);
  const button = {
    labels: t("labelPictures"),
    pictures: t("addPictures"),
    more: t("addPictures"),
    picture: t("showPicture"),
  };
  const text = kind in button ? button[kind as keyof typeof button] : t("showPictures");
  return (
    <div className="training-need">
      <div className="training-need-words">
        <StatusIndicator type={kind === "busy" ? "in-progress" : "error"} wrapText>
          <bdi>{words(need)}</bdi>
        </StatusIndicator>
        {kind === "picture" && (
          <Box color="text-body-secondary" fontSize="body-s">
            <Sentence text={need.Message ?? ""} />
          </Box>
        )}
      </div>
      {need.SourceRef !== undefined && (
        <img
          className="training-need-picture"
          src={`/console/api/thumbnail?source=${encodeURIComponent(need.SourceRef)}&side=96`}
          alt=""
        />
      )}
      {kind !== "busy" && route !== null && (
        <Button href={hrefOf(`${route}${placeOf(need)}`)} onFollow={follow}>
          {text}
        </Button>
      )}
    </div>
  );
}

interface NeedsProps {
  readonly needs: readonly Need[];
  readonly route: string;
}

export function Needs({ needs, route }: NeedsProps) {
  const t = useText();
  if (needs.length === 0) return <StatusIndicator type="success">{t("ready")}</StatusIndicator>;
  return (
    <Container header={<Header variant="h2">{t("missing")}</Header>}>
      <SpaceBetween size="s">
        {needs.map((need, place) => (
          <NeedRow key={place} need={need} route={route} />
        ))}
      </SpaceBetween>
    </Container>
  );
}
