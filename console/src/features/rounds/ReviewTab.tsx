/** Answers side by side: accepted, or sent back with a comment. */
import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { useChange, usePages, type Own } from "../../api";
import { FaultAlert } from "../../ui/faults";
import { AnswerPicture } from "./AnswerPicture";
import type { RoundProps } from "./place";
import { useText } from "./text";

const FILTERS = ["answered", "disagreeing", "sent-back", "accepted", "all"] as const;
type Filter = (typeof FILTERS)[number];

function filterOf(filter: Filter): { Disagreeing?: boolean; Status?: "answered" | "sent-back" | "accepted" } {
  if (filter === "disagreeing") return { Disagreeing: true };
  return filter === "all" ? {} : { Status: filter };
}

const PAGE = 20;
const EVERY_MS = 5000;

export function ReviewTab({ arn, round }: RoundProps) {
  const t = useText();
  const [filter, setFilter] = useState<Filter>("answered");
  const id = round.RoundId ?? "";
  const pages = usePages(
    "vedette",
    "ListRoundPictures",
    { ProjectArn: arn, RoundId: id, MaxResults: PAGE, ...filterOf(filter) },
    { everyMs: EVERY_MS },
  );
  const review = useChange("vedette", "ReviewAnswers");
  const pictures = (pages.data?.pages ?? []).flatMap((page) => page.Pictures ?? []);
  const isUnderWay = round.Status === "open" || round.Status === "review";
  return (
    <SpaceBetween size="m">
      <div className="rounds-line">
        <SegmentedControl
          label={t("show")}
          selectedId={filter}
          options={FILTERS.map((name) => ({ id: name, text: t(`filter_${name}`) }))}
          onChange={({ detail }) =>
            setFilter(FILTERS.find((name) => name === detail.selectedId) ?? "answered")
          }
        />
        <Button
          variant="primary"
          disabled={!isUnderWay}
          loading={review.isPending}
          onClick={() => review.mutate({ ProjectArn: arn, RoundId: id, AcceptAgreed: true })}
        >
          {t("acceptAgreed")}
        </Button>
      </div>
      {review.error !== null && <FaultAlert error={review.error} />}
      {pages.error !== null && <FaultAlert error={pages.error} onRetry={() => void pages.refetch()} />}
      {pictures.length === 0 && !pages.isPending && (
        <Box textAlign="center" padding="l" color="text-body-secondary">
          {t("reviewNone")}
        </Box>
      )}
      {pictures.map((picture) => (
        <Picture
          key={picture.EntryId}
          picture={picture}
          isUnderWay={isUnderWay}
          onVerdict={(verdict) => review.mutate({ ProjectArn: arn, RoundId: id, Verdicts: [verdict] })}
        />
      ))}
      {pages.hasNextPage && (
        <Button loading={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
    </SpaceBetween>
  );
}

interface PictureProps {
  readonly picture: Own.RoundPicture;
  readonly isUnderWay: boolean;
  readonly onVerdict: (verdict: Own.RoundVerdict) => void;
}

function Picture({ picture, isUnderWay, onVerdict }: PictureProps) {
  const t = useText();
  return (
    <Container
      header={
        <Header
          variant="h3"
          info={picture.Agrees === false && <StatusIndicator type="warning">{t("disagree")}</StatusIndicator>}
        >
          <bdi>{picture.SourceRef?.split("/").at(-1)}</bdi>
        </Header>
      }
    >
      <div className="rounds-answers">
        {(picture.Answers ?? []).map((answer) => (
          <Answer
            key={answer.UserId}
            picture={picture}
            answer={answer}
            isUnderWay={isUnderWay}
            onVerdict={onVerdict}
          />
        ))}
      </div>
    </Container>
  );
}

const SIGNS: Readonly<Record<NonNullable<Own.RoundAnswer["Status"]>, StatusIndicatorProps.Type>> = {
  open: "pending",
  answered: "info",
  "sent-back": "warning",
  accepted: "success",
  "set-aside": "stopped",
};

function Answer({ picture, answer, isUnderWay, onVerdict }: PictureProps & { answer: Own.RoundAnswer }) {
  const t = useText();
  const [comment, setComment] = useState("");
  const status = answer.Status ?? "open";
  const name = answer.UserName ?? "";
  const judge = (Verdict: "accept" | "send-back") => {
    onVerdict({
      EntryId: picture.EntryId ?? "",
      UserId: answer.UserId ?? "",
      Verdict,
      Comment: comment.trim(),
      Revision: answer.Revision,
    });
    setComment("");
  };
  const canJudge = isUnderWay && status !== "open" && status !== "sent-back";
  return (
    <section className="rounds-answer" aria-label={name}>
      <SpaceBetween size="xs">
        <Box variant="h4">
          <bdi>{name}</bdi> <StatusIndicator type={SIGNS[status]}>{t(`answer_${status}`)}</StatusIndicator>
        </Box>
        <AnswerPicture source={picture.SourceRef ?? ""} line={answer.Line ?? "{}"} />
        {status !== "open" && <Kind kind={answer.Kind} />}
        {(answer.Note ?? "") !== "" && (
          <Alert type="info" header={t("noteBy", { name })}>
            <bdi className="rounds-text">{answer.Note}</bdi>
          </Alert>
        )}
        {(answer.Comments ?? []).map(({ Author, Text, Date }) => (
          <Alert key={Date} type="info" header={Author}>
            <bdi className="rounds-text">{Text}</bdi>
          </Alert>
        ))}
        {canJudge && (
          <SpaceBetween size="xs">
            <Textarea
              rows={2}
              value={comment}
              ariaLabel={t("commentFor", { name })}
              placeholder={t("comment")}
              onChange={({ detail }) => setComment(detail.value)}
            />
            <SpaceBetween size="xs" direction="horizontal">
              {status !== "accepted" && (
                <Button variant="primary" onClick={() => judge("accept")}>
                  {t("accept")}
                </Button>
              )}
              <Button onClick={() => judge("send-back")}>{t("sendBack")}</Button>
            </SpaceBetween>
          </SpaceBetween>
        )}
      </SpaceBetween>
    </section>
  );
}

/** What kind of answer it is, where it is not simply labels. */
function Kind({ kind }: { readonly kind: Own.RoundAnswer["Kind"] }) {
  const t = useText();
  if (kind === undefined || kind === "given") return null;
  const type = kind === "nothing" ? "info" : "warning";
  return <StatusIndicator type={type}>{t(`kind_${kind}`)}</StatusIndicator>;
}
