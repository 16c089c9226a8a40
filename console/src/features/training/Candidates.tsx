/** The recipes that compete for a model: how each stands, and how well it did on pictures it had not seen. */
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Table from "@cloudscape-design/components/table";
import type { Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { useText } from "./text";

type Candidate = Own.TrainingCandidate;
type State = NonNullable<Candidate["State"]>;

/** Room for the longest word of how a candidate stands: "jugement" was cut in the middle at 1,280 px. */
const STAND_PX = 210;

const SIGNS: Readonly<Record<State, StatusIndicatorProps.Type>> = {
  waiting: "pending",
  judging: "in-progress",
  judged: "info",
  "given-up": "stopped",
  "passed-over": "stopped",
  kept: "success",
};

const WORDS = {
  waiting: "candidate_waiting",
  judging: "candidate_judging",
  judged: "candidate_judged",
  "given-up": "candidate_givenUp",
  "passed-over": "candidate_passedOver",
  kept: "candidate_kept",
} as const;

const RECIPES = {
  probe: "recipe_probe",
  "fine-tune": "recipe_finetune",
  anomaly: "recipe_anomaly",
  "dense-detector": "recipe_dense",
  "dense-segmenter": "recipe_dense",
  "whole-detector": "recipe_whole",
  "whole-segmenter": "recipe_whole",
  "fine-tuned-detector": "recipe_finetune",
  "brand-detector": "recipe_brand",
} as const;

/** What a recipe does in words, and at which size where its name says one. */
export function useRecipe(): (name: string) => string {
  const t = useText();
  return (name) => {
    const [, kind = name, side] = /^(\D+?)-(\d+)/u.exec(name) ?? [];
    const key = RECIPES[kind as keyof typeof RECIPES] as (typeof RECIPES)[keyof typeof RECIPES] | undefined;
    if (key === undefined) return name;
    if (name.includes("tiles")) return t("recipe_tiles");
    return side === undefined ? t(key) : `${t(key)}, ${side} px`;
  };
}

export function Candidates({ candidates }: { readonly candidates: readonly Candidate[] }) {
  const t = useText();
  const formats = useFormats();
  const recipe = useRecipe();
  if (candidates.length === 0) return null;
  return (
    <Container
      header={
        <Header variant="h2" description={t("candidatesHelp")}>
          {t("candidates")}
        </Header>
      }
    >
      <Table
        items={candidates}
        trackBy="Recipe"
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: t("candidates") }}
        columnDefinitions={[
          {
            id: "recipe",
            header: t("way"),
            cell: ({ Recipe = "" }) => recipe(Recipe),
            isRowHeader: true,
          },
          {
            id: "quality",
            header: t("quality"),
            cell: ({ Quality }) => (Quality === undefined ? "–" : formats.percent(Quality)),
          },
          {
            id: "state",
            header: t("stand"),
            minWidth: STAND_PX,
            cell: ({ State: state = "waiting" }) => (
              <StatusIndicator type={SIGNS[state]} wrapText>
                {t(WORDS[state])}
              </StatusIndicator>
            ),
          },
        ]}
      />
    </Container>
  );
}
