/** What a round asks for and until when: shown, and said anew while it is under way. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { nameOf, thumbnailOf } from "./ExamplePicker";
import type { RoundProps } from "./place";
import "./rounds.css";
import { TermsFields } from "./TermsFields";
import { changesOf, termsOf, type RoundTerms } from "./terms";
import { useText } from "./text";

export function Terms({ arn, round }: RoundProps) {
  const t = useText();
  const formats = useFormats();
  const [isChanging, setChanging] = useState(false);
  const isUnderWay = round.Status === "draft" || round.Status === "open" || round.Status === "review";
  const examples = round.Examples ?? [];
  return (
    <Container
      header={
        <Header
          variant="h2"
          actions={isUnderWay && <Button onClick={() => setChanging(true)}>{t("change")}</Button>}
        >
          {t("instructions")}
        </Header>
      }
    >
      <SpaceBetween size="m">
        <bdi className="rounds-text">
          {round.Instructions === undefined || round.Instructions === "" ? "–" : round.Instructions}
        </bdi>
        {examples.length > 0 && <Examples examples={examples} />}
        <KeyValuePairs
          columns={3}
          items={[
            { label: t("deadline"), value: <Deadline round={round} /> },
            { label: t("job"), value: <bdi>{round.JobName}</bdi> },
            { label: t("created"), value: formats.date(round.CreationDate) },
          ]}
        />
      </SpaceBetween>
      {isChanging && <ChangeTerms arn={arn} round={round} onClose={() => setChanging(false)} />}
    </Container>
  );
}

function Deadline({ round }: { readonly round: RoundProps["round"] }) {
  const t = useText();
  const formats = useFormats();
  if (round.Deadline === undefined) return "–";
  const policy = round.Late === "refuse" ? t("lateRefused") : t("lateAccepted");
  return `${formats.date(round.Deadline)} · ${policy}`;
}

function Examples({ examples }: { readonly examples: readonly Own.RoundExample[] }) {
  const t = useText();
  const words = { right: t("example_right"), wrong: t("example_wrong"), "": "" };
  return (
    <ul className="rounds-shown" aria-label={t("examples")}>
      {examples.map(({ SourceRef: source, Note = "", Kind = "" }) => (
        <li key={source}>
          <img src={thumbnailOf(source)} alt={nameOf(source)} />
          <div>
            {Kind !== "" && <strong>{words[Kind]}</strong>}
            <bdi>{Note === "" ? nameOf(source) : Note}</bdi>
          </div>
        </li>
      ))}
    </ul>
  );
}

interface ChangeTermsProps extends RoundProps {
  readonly onClose: () => void;
}

/** Begins with what stood when it was opened, whatever the page behind it reads meanwhile. */
function ChangeTerms({ arn, round, onClose }: ChangeTermsProps) {
  const t = useText();
  const [old] = useState(() => termsOf(round));
  const [terms, setTerms] = useState<RoundTerms>(old);
  const update = useChange("vedette", "UpdateRound");
  const send = () => {
    const changes = changesOf(old, terms);
    if (Object.keys(changes).length === 0) onClose();
    else {
      update.mutate({ ProjectArn: arn, RoundId: round.RoundId ?? "", ...changes }, { onSuccess: onClose });
    }
  };
  return (
    <Modal
      visible
      size="large"
      header={t("changeTitle")}
      onDismiss={onClose}
      closeAriaLabel={t("cancel")}
      footer={
        <Box float="right">
          <SpaceBetween size="xs" direction="horizontal">
            <Button variant="link" onClick={onClose}>
              {t("cancel")}
            </Button>
            <Button variant="primary" loading={update.isPending} onClick={send}>
              {t("save")}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="m">
        <Box color="text-body-secondary">{t("changeHelp")}</Box>
        <TermsFields
          arn={arn}
          type={round.DatasetType ?? "train"}
          terms={terms}
          onChange={(next) => setTerms({ ...terms, ...next })}
        />
        {update.error !== null && <FaultAlert error={update.error} />}
      </SpaceBetween>
    </Modal>
  );
}
