/** Guesses page by page: seen, verified by the dozen or one by one, corrected on the canvas. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Cards from "@cloudscape-design/components/cards";
import Header from "@cloudscape-design/components/header";
import Pagination from "@cloudscape-design/components/pagination";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useState } from "react";
import { useCall, type Own, type ProjectFacts } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { useHeatView } from "../../ui/heatMap";
import { useLayers } from "../../ui/layers";
import { GuessActions, GuessPicture, GuessText, personOf, VerdictSign } from "./GuessCard";
import { LargePicture } from "./LargePicture";
import { useText } from "./text";
import "./trials.css";
import { useVerifying, type Verdict } from "./verifying";

const PAGE = 24;
const EVERY_MS = 5000;
const WHILE_RUNNING_MS = 1500;
/** A card is never narrower than its two buttons beside each other. */
const CARDS = [
  { cards: 1 },
  { minWidth: 600, cards: 2 },
  { minWidth: 910, cards: 3 },
  { minWidth: 1220, cards: 4 },
];
const FILTERS = ["all", "open", "verified"] as const;
type Filter = (typeof FILTERS)[number];
const ORDERS = ["doubt", "confidence", "number"] as const;
type Order = (typeof ORDERS)[number];

export interface VerifyProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly trial: Own.TrialDescription;
  /** Pictures that show a drift, by their numbers. */
  readonly examples?: readonly number[];
}

function filterOf(filter: Filter): { Verified?: boolean; State?: "answered" } {
  if (filter === "open") return { Verified: false, State: "answered" };
  return filter === "verified" ? { Verified: true } : {};
}

/** The page that somebody looks at: its pictures, and what was chosen of them. */
function usePictures({ project, trial }: VerifyProps) {
  const [filter, setFilter] = useState<Filter>("all");
  const [order, setOrder] = useState<Order>("doubt");
  const [page, setPage] = useState(1);
  const query = useCall(
    "vedette",
    "ListTrialPictures",
    {
      ProjectArn: project.arn,
      TrialId: trial.TrialId ?? "",
      Order: order,
      Offset: (page - 1) * PAGE,
      MaxResults: PAGE,
      ...filterOf(filter),
    },
    { everyMs: trial.Status === "running" ? WHILE_RUNNING_MS : EVERY_MS },
  );
  const { refetch } = query;
  // What is on record of a trial that has just ended is newer than the last look at its pictures.
  useEffect(() => void refetch(), [refetch, trial.Status]);
  const pages = Math.max(1, Math.ceil((query.data?.Total ?? 0) / PAGE));
  // Verified pictures leave a list of open ones: its last page may be gone.
  if (query.data !== undefined && page > pages) setPage(pages);
  const pictures = query.data?.Pictures ?? [];
  const from = (next: () => void) => {
    next();
    setPage(1);
  };
  return {
    query,
    pictures,
    total: query.data?.Total ?? 0,
    pages,
    page,
    setPage,
    filter,
    setFilter: (next: Filter) => from(() => setFilter(next)),
    order,
    setOrder: (next: Order) => from(() => setOrder(next)),
  };
}

export function VerifyView(props: VerifyProps) {
  const t = useText();
  const { project, trial, route, examples = [] } = props;
  const list = usePictures(props);
  const { pictures, query } = list;
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set());
  const [large, setLarge] = useState<Own.TrialPicture>();
  const [layers, setLayers] = useLayers();
  const view = useHeatView();
  const verifying = useVerifying(project.arn, trial.TrialId ?? "");
  const selected = pictures.filter(({ PictureId = 0 }) => chosen.has(PictureId));
  const verify = (verdict: Verdict, which: readonly Own.TrialPicture[]) => {
    void verifying.verify(which.map((picture) => ({ picture, verdict })));
    setChosen(new Set());
  };
  return (
    <SpaceBetween size="m">
      {verifying.error !== null && <FaultAlert error={verifying.error} onRetry={verifying.clear} />}
      {verifying.conflicts.length > 0 && (
        <Conflicts conflicts={verifying.conflicts} onDismiss={verifying.clear} />
      )}
      {verifying.gone > 0 && <Alert type="info">{t("gone", { count: verifying.gone })}</Alert>}
      {query.error !== null && <FaultAlert error={query.error} onRetry={() => void query.refetch()} />}
      <Cards
        items={[...pictures]}
        trackBy={({ PictureId = 0 }) => String(PictureId)}
        loading={query.isPending}
        loadingText={t("loading")}
        selectionType="multi"
        isItemDisabled={({ State, AddedTo = "" }) => State !== "answered" || AddedTo !== ""}
        selectedItems={selected}
        onSelectionChange={({ detail }) =>
          setChosen(new Set(detail.selectedItems.map(({ PictureId = 0 }) => PictureId)))
        }
        ariaLabels={{
          itemSelectionLabel: (_, { SourceRef = "" }) => t("select", { name: nameOf(SourceRef) }),
          selectionGroupLabel: t("pictures"),
        }}
        cardsPerRow={CARDS}
        empty={<Box textAlign="center">{t("noPictures")}</Box>}
        header={
          <Header
            counter={`(${String(list.total)})`}
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                <Button
                  disabled={pictures.length === 0}
                  onClick={() => setChosen(new Set(openOnes(pictures).map(({ PictureId = 0 }) => PictureId)))}
                >
                  {t("selectPage")}
                </Button>
                <Button disabled={selected.length === 0} onClick={() => verify("correct", selected)}>
                  {t("verifyCorrect")}
                </Button>
                <Button disabled={selected.length === 0} onClick={() => verify("incorrect", selected)}>
                  {t("verifyIncorrect")}
                </Button>
              </SpaceBetween>
            }
          >
            {t("verifyTitle")}
          </Header>
        }
        filter={<Filters list={list} />}
        pagination={
          <Pagination
            currentPageIndex={list.page}
            pagesCount={list.pages}
            onChange={({ detail }) => list.setPage(detail.currentPageIndex)}
          />
        }
        cardDefinition={{
          header: (picture) => (
            <GuessText picture={picture} isExample={examples.includes(picture.PictureId ?? 0)} />
          ),
          sections: [
            {
              id: "picture",
              content: (picture) => (
                <GuessPicture
                  picture={picture}
                  place={{ arn: project.arn, trial: trial.TrialId ?? "" }}
                  onOpen={() => setLarge(picture)}
                />
              ),
            },
            {
              id: "verdict",
              content: (picture) => (
                <VerdictSign
                  picture={picture}
                  service={project.service}
                  route={route}
                  trial={trial.TrialId ?? ""}
                />
              ),
            },
            {
              id: "actions",
              content: (picture) => (
                <GuessActions picture={picture} onVerify={(verdict) => verify(verdict, [picture])} />
              ),
            },
          ],
        }}
      />
      {large !== undefined && (
        <LargePicture
          arn={project.arn}
          trial={trial.TrialId ?? ""}
          picture={large}
          model={project.versions.find(({ name }) => name === trial.VersionName)?.arn}
          layers={layers}
          onLayers={setLayers}
          view={view}
          onClose={() => setLarge(undefined)}
        />
      )}
    </SpaceBetween>
  );
}

function Filters({ list }: { readonly list: ReturnType<typeof usePictures> }) {
  const t = useText();
  const options = ORDERS.map((order) => ({ value: order, label: t(`order_${order}`) }));
  return (
    <div className="trials-filters">
      <SegmentedControl
        label={t("show")}
        selectedId={list.filter}
        options={FILTERS.map((filter) => ({ id: filter, text: t(`filter_${filter}`) }))}
        onChange={({ detail }) => list.setFilter(FILTERS.find((name) => name === detail.selectedId) ?? "all")}
      />
      <Select
        ariaLabel={t("order")}
        selectedOption={options.find(({ value }) => value === list.order) ?? null}
        options={options}
        onChange={({ detail }) =>
          list.setOrder(ORDERS.find((order) => order === detail.selectedOption.value) ?? "doubt")
        }
      />
    </div>
  );
}

interface ConflictsProps {
  readonly conflicts: readonly Own.TrialPicture[];
  readonly onDismiss: () => void;
}

/** What somebody else said of a picture stands, and is shown; saying it anew replaces it knowingly. */
function Conflicts({ conflicts, onDismiss }: ConflictsProps) {
  const t = useText();
  return (
    <Alert
      type="warning"
      header={t("conflictTitle", { count: conflicts.length })}
      dismissible
      i18nStrings={{ dismissAriaLabel: t("dismiss") }}
      onDismiss={onDismiss}
    >
      {t("conflictHelp")}
      {conflicts.map(({ PictureId = 0, SourceRef = "", Verdict = "none", VerifiedBy = "" }) => (
        <div key={PictureId}>
          <bdi>{nameOf(SourceRef)}</bdi>: {t(`verdict_${Verdict}`)} <bdi>({personOf(VerifiedBy)})</bdi>
        </div>
      ))}
    </Alert>
  );
}

function openOnes(pictures: readonly Own.TrialPicture[]): readonly Own.TrialPicture[] {
  return pictures.filter(({ State, Verdict, AddedTo = "" }) => {
    return State === "answered" && Verdict === "none" && AddedTo === "";
  });
}

function nameOf(address: string): string {
  return address.slice(address.lastIndexOf("/") + 1);
}
