/** How far an upload is, what it waits for, and which files were refused and why. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useSyncExternalStore } from "react";
import { useText } from "./text";
import type { Uploader, UploadProblem, UploadState, Waiting } from "./uploader";

const SHOWN_PROBLEMS = 20;

function useSentence(): (problem: UploadProblem) => string {
  const t = useText();
  return ({ code, sentence }) => (code === "server" ? sentence : t(code));
}

function Wait({ waiting }: { readonly waiting: Waiting }) {
  const t = useText();
  if (waiting === "") return null;
  const text =
    waiting === "offline"
      ? t("waitsOffline")
      : waiting === "signedOut"
        ? t("waitsSignedOut")
        : t("waitsSentence", { sentence: waiting.sentence });
  return <Alert type="warning">{text}</Alert>;
}

function useResult(state: UploadState): string {
  const t = useText();
  const parts = [
    ...(state.isStopped && state.done < state.total
      ? [t("uploadStopped", { count: state.total - state.done })]
      : []),
    ...(state.added > 0 ? [t("uploadedAll", { count: state.added })] : []),
    ...(state.known > 0 ? [t("uploadedKnown", { count: state.known })] : []),
    ...(state.failed > 0 ? [t("refusedFiles", { count: state.failed })] : []),
  ];
  return parts.join(" ");
}

export function UploadProgress({ uploader }: { readonly uploader: Uploader }) {
  const t = useText();
  const state = useSyncExternalStore(uploader.subscribe, uploader.state);
  const sentenceOf = useSentence();
  const result = useResult(state);
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
        {!state.isOver && <Button onClick={() => uploader.stop()}>{t("stop")}</Button>}
        {state.problems.length > 0 && (
          <Alert type="warning" header={t("refusedFiles", { count: state.failed })}>
            {state.problems.slice(0, SHOWN_PROBLEMS).map((problem, place) => (
              <div key={place} className="upload-problem">
                {problem.code !== "server" && (
                  <>
                    <bdi>{problem.name}</bdi>:{" "}
                  </>
                )}
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
