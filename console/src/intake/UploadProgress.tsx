/** How far an upload is, what it waits for, and which files were refused and why. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSyncExternalStore } from "react";
import { useLanguage } from "../i18n/context";
import { Sentence, useSentence } from "../sentences";
import { useText } from "./text";
import type { Ending, Uploader, UploadProblem, UploadState, Waiting } from "./uploader";

const SHOWN_PROBLEMS = 20;
/** All that S3 says of a missing right: that it is missing. */
const BARE = "Access Denied";
const REASONS = ["noPicture", "foreignFormat", "damaged", "tooManyPixels"] as const;

/** What is wrong with a file, with its name. English says what the server says: it names sides and bytes. */
function useRefusal(): (problem: UploadProblem) => string {
  const t = useText();
  const [language] = useLanguage();
  return ({ name, code, sentence, reason }) => {
    const known = REASONS.find((item) => item === reason);
    if (code !== "server") return `${name}: ${t(code)}`;
    return language === "en" || known === undefined ? sentence : `${name}: ${t(known)}`;
  };
}

/** Hands the names of all that were refused out as a file: nobody finds 50 among 10,000 by eye. */
function download(lines: readonly string[]): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([lines.map((line) => `${line}\n`).join("")]));
  link.download = "not-added.txt";
  link.click();
  URL.revokeObjectURL(link.href);
}

function Wait({ waiting }: { readonly waiting: Waiting }) {
  const t = useText();
  const say = useSentence();
  if (waiting === "") return null;
  const text =
    typeof waiting === "object"
      ? t("waitsSentence", { sentence: say(waiting.sentence) })
      : t(
          (
            {
              offline: "waitsOffline",
              full: "waitsFull",
              busy: "waitsBusy",
              signedOut: "waitsSignedOut",
            } as const
          )[waiting],
        );
  return <Alert type="warning">{text}</Alert>;
}

/** Why it ended before its end, and what to do. */
function Ended({ ending }: { readonly ending: Ending }) {
  const t = useText();
  if (ending === "") return null;
  if (ending === "gone") return <Alert type="error" header={t("endedGone")} children={t("endedGoneHelp")} />;
  if (ending === "person") return <Alert type="warning">{t("endedPerson")}</Alert>;
  return (
    <Alert type="error" header={t("endedDenied")}>
      {ending.denied === BARE ? t("endedDeniedStore") : <Sentence text={ending.denied} />}{" "}
      {t("endedDeniedHelp")}
    </Alert>
  );
}

function useResult(state: UploadState, hasLabels: boolean): string {
  const t = useText();
  const parts = [
    ...(state.isStopped && state.done < state.total
      ? [t(state.ending === "" ? "uploadStopped" : "uploadLeft", { count: state.total - state.done })]
      : []),
    ...(state.added > 0 ? [t("uploadedAll", { count: state.added })] : []),
    ...(state.known > 0
      ? [t(hasLabels ? "uploadedKnownLabels" : "uploadedKnown", { count: state.known })]
      : []),
    ...(state.failed > 0 ? [t("refusedFiles", { count: state.failed })] : []),
  ];
  return parts.join(" ");
}

export function UploadProgress({ uploader }: { readonly uploader: Uploader }) {
  const t = useText();
  const state = useSyncExternalStore(uploader.subscribe, uploader.state);
  const sentenceOf = useRefusal();
  const result = useResult(state, uploader.hasLabels);
  const isClean = state.failed === 0 && state.done === state.total;
  return (
    <div data-testid={state.isOver ? "upload-over" : "upload-runs"}>
      <SpaceBetween size="xs">
        <ProgressBar
          value={state.total === 0 ? 100 : (100 * state.done) / state.total}
          label={t("uploading")}
          additionalInfo={t("uploaded", { count: state.done, total: state.total, known: state.known })}
          status={state.isOver ? (isClean ? "success" : "error") : "in-progress"}
          resultText={result}
        />
        {!state.isOver && <Wait waiting={state.waiting} />}
        <Ended ending={state.ending} />
        {!state.isOver && <Button onClick={() => uploader.stop()}>{t("stop")}</Button>}
        {state.problems.length > 0 && (
          <Alert
            type="warning"
            header={t("refusedFiles", { count: state.failed })}
            action={
              state.failed > SHOWN_PROBLEMS && (
                <Button onClick={() => download(state.problems.map(sentenceOf))}>{t("refusedList")}</Button>
              )
            }
          >
            {state.problems.slice(0, SHOWN_PROBLEMS).map((problem, place) => (
              <div key={place} className="upload-problem">
                <bdi>{sentenceOf(problem)}</bdi>
              </div>
            ))}
            {state.failed > SHOWN_PROBLEMS && t("moreRefused", { count: state.failed - SHOWN_PROBLEMS })}
          </Alert>
        )}
      </SpaceBetween>
    </div>
  );
}
