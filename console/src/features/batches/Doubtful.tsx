/** The pictures that the model is least sure of: to be looked at, and sent to people who label. */
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import Modal from "@cloudscape-design/components/modal";
import { useState } from "react";
import { useRegion, type Own, type ProjectFacts } from "../../api";
import { useFormats } from "../../i18n/context";
import { PictureOverlay } from "../../ui/overlay";
import { useUiText } from "../../ui/text";
import { nameOf, thumbnailOf } from "./places";
import { SendToRound } from "./SendToRound";
import { useText } from "./text";

interface DoubtfulProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly batch: Own.BatchDescription;
}

export function Doubtful({ project, route, batch }: DoubtfulProps) {
  const t = useText();
  const { Doubtful: doubts = [] } = batch;
  // Those that somebody took out; what comes while the batch runs is in.
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [isSending, setSending] = useState(false);
  const [shown, setShown] = useState<Own.BatchDoubt | null>(null);
  const chosen = doubts.map(({ SourceRef = "" }) => SourceRef).filter((source) => !left.has(source));
  const choose = (source: string, isChosen: boolean) => {
    const next = new Set(left);
    if (isChosen) next.delete(source);
    else next.add(source);
    setLeft(next);
  };
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={t("doubtfulHelp")}
          actions={
            <Button
              disabled={chosen.length === 0 || project.datasets.length === 0}
              onClick={() => setSending(true)}
            >
              {t("send", { count: chosen.length })}
            </Button>
          }
        >
          {t("doubtful")}
        </Header>
      }
    >
      <ul className="batches-doubts">
        {doubts.map((doubt) => (
          <Doubt
            key={doubt.SourceRef}
            doubt={doubt}
            isChosen={!left.has(doubt.SourceRef ?? "")}
            onChoose={(isChosen) => choose(doubt.SourceRef ?? "", isChosen)}
            onOpen={() => setShown(doubt)}
          />
        ))}
      </ul>
      {isSending && (
        <SendToRound
          project={project}
          route={route}
          batchName={batch.BatchName ?? ""}
          sources={chosen}
          onClose={() => setSending(false)}
        />
      )}
      {shown !== null && <LargeDoubt doubt={shown} onClose={() => setShown(null)} />}
    </Container>
  );
}

interface DoubtProps {
  readonly doubt: Own.BatchDoubt;
  readonly isChosen: boolean;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onOpen: () => void;
}

function Doubt({ doubt, isChosen, onChoose, onOpen }: DoubtProps) {
  const t = useText();
  const { SourceRef = "" } = doubt;
  const name = nameOf(SourceRef);
  return (
    <li className="batches-doubt">
      <button type="button" className="batches-open" aria-label={t("enlarge", { name })} onClick={onOpen}>
        <img alt="" loading="lazy" src={thumbnailOf(SourceRef)} />
      </button>
      <Checkbox checked={isChosen} ariaLabel={name} onChange={({ detail }) => onChoose(detail.checked)}>
        <Verdict doubt={doubt} />
      </Checkbox>
      <Box fontSize="body-s" color="text-body-secondary">
        <span className="batches-name" title={SourceRef}>
          <bdi>{name}</bdi>
        </span>
      </Box>
    </li>
  );
}

/** The words of the model itself, which are those of its results. */
function Verdict({ doubt }: { readonly doubt: Own.BatchDoubt }) {
  const formats = useFormats();
  return (
    <>
      <bdi>{doubt.Verdict}</bdi> <Badge>{formats.percent(doubt.Confidence ?? 0)}</Badge>
    </>
  );
}

function LargeDoubt({ doubt, onClose }: { readonly doubt: Own.BatchDoubt; readonly onClose: () => void }) {
  const ui = useUiText();
  const region = useRegion();
  const { SourceRef = "" } = doubt;
  const query = new URLSearchParams({ source: SourceRef, region });
  return (
    <Modal
      visible
      size="max"
      header={<Verdict doubt={doubt} />}
      closeAriaLabel={ui("close")}
      onDismiss={onClose}
    >
      <PictureOverlay
        source={SourceRef}
        url={`/console/api/picture?${query.toString()}`}
        alt={SourceRef}
        isLarge
      />
    </Modal>
  );
}
