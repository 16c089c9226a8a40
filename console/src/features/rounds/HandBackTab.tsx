/** What a hand-back would do, the hand-back itself, and the pictures that were changed meanwhile. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useCall, useChange, type Own } from "../../api";
import { useFormats } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { RouteLink } from "../../ui/links";
import { AnswerPicture } from "./AnswerPicture";
import type { RoundProps } from "./place";
import { useText } from "./text";

const EVERY_MS = 5000;

export function HandBackTab({ arn, round, datasetRoute }: RoundProps & { readonly datasetRoute: string }) {
  const t = useText();
  const formats = useFormats();
  const input = { ProjectArn: arn, RoundId: round.RoundId ?? "" };
  const preview = useCall("vedette", "PreviewHandBack", input, { everyMs: EVERY_MS });
  const handBack = useChange("vedette", "HandBackRound");
  const facts = preview.data ?? {};
  const labels = wordsOf(facts.Labels, formats.number);
  const isOver = round.Status === "handed-back";
  const items = [
    { label: t("ready"), value: facts.Ready },
    { label: t("conflicts"), value: facts.Conflicts },
    { label: t("removed"), value: facts.Removed },
    { label: t("unreviewed"), value: facts.Unreviewed },
    { label: t("unanswered"), value: facts.Unanswered },
  ];
  return (
    <SpaceBetween size="m">
      {preview.error !== null && <FaultAlert error={preview.error} />}
      {handBack.error !== null && <FaultAlert error={handBack.error} />}
      {isOver ? (
        <Alert type="success">
          {t("handedBackCount", { count: round.Counts?.HandedBack ?? 0 })}{" "}
          <RouteLink to={datasetRoute}>{t("openDataset")}</RouteLink>
        </Alert>
      ) : (
        <Container
          header={
            <Header
              variant="h2"
              description={t("handBackHelp")}
              actions={
                <Button
                  variant="primary"
                  disabled={round.Status !== "open" && round.Status !== "review"}
                  loading={handBack.isPending || round.Status === "handing-back"}
                  onClick={() => handBack.mutate(input)}
                >
                  {t("handBackNow")}
                </Button>
              }
            >
              {t("handBack")}
            </Header>
          }
        >
          <SpaceBetween size="s">
            <KeyValuePairs
              columns={3}
              items={[
                ...items.map(({ label, value }) => ({ label, value: formats.number(value ?? 0) })),
                {
                  label: t("labels"),
                  value: <bdi className="rounds-text">{labels}</bdi>,
                },
              ]}
            />
          </SpaceBetween>
        </Container>
      )}
      {(round.Counts?.Conflicts ?? 0) > 0 && <Conflicts arn={arn} round={round} />}
    </SpaceBetween>
  );
}

/** The labels that come, each with its pictures. */
function wordsOf(labels: Own.PreviewHandBackResponse["Labels"], number: (value: number) => string): string {
  const words = (labels ?? []).map(({ Name = "", Pictures = 0 }) => `${Name}: ${number(Pictures)}`);
  return words.length === 0 ? "–" : words.join(" · ");
}

function Conflicts({ arn, round }: RoundProps) {
  const t = useText();
  const id = round.RoundId ?? "";
  const query = useCall("vedette", "ListRoundPictures", {
    ProjectArn: arn,
    RoundId: id,
    Outcome: "conflict",
    MaxResults: 50,
  });
  const resolve = useChange("vedette", "ResolveRoundConflicts");
  const settle = (picture: Own.RoundPicture, Take: "round" | "dataset") =>
    resolve.mutate({
      ProjectArn: arn,
      RoundId: id,
      Choices: [{ EntryId: picture.EntryId ?? "", Take, Revision: picture.CurrentRevision }],
    });
  return (
    <SpaceBetween size="m">
      <Alert type="warning">{t("conflictsHelp")}</Alert>
      {resolve.error !== null && <FaultAlert error={resolve.error} />}
      {(query.data?.Pictures ?? []).map((picture) => {
        const accepted = picture.Answers?.find(({ Status }) => Status === "accepted");
        return (
          <Container key={picture.EntryId}>
            <div className="rounds-answers">
              <section className="rounds-answer">
                <Box variant="h4">{t("fromRound")}</Box>
                <AnswerPicture source={picture.SourceRef ?? ""} line={accepted?.Line ?? "{}"} />
                <Button onClick={() => settle(picture, "round")}>{t("takeRound")}</Button>
              </section>
              <section className="rounds-answer">
                <Box variant="h4">{t("fromDataset")}</Box>
                <AnswerPicture source={picture.SourceRef ?? ""} line={picture.CurrentLine ?? "{}"} />
                <Button onClick={() => settle(picture, "dataset")}>{t("takeDataset")}</Button>
              </section>
            </div>
          </Container>
        );
      })}
    </SpaceBetween>
  );
}
