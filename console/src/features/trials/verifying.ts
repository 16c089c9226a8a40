/** What somebody says of guesses, sent with the revision that was seen; who else was faster is told. */
import { useState } from "react";
import { call, queryClient, type Own } from "../../api";

export type Verdict = "none" | "correct" | "incorrect";

export interface Judgement {
  readonly picture: Own.TrialPicture;
  readonly verdict: Verdict;
}

interface Verifying {
  readonly error: unknown;
  readonly conflicts: readonly Own.TrialPicture[];
  /** How many pictures of production were removed meanwhile. */
  readonly gone: number;
}

const QUIET: Verifying = { error: null, conflicts: [], gone: 0 };

export function useVerifying(arn: string, trial: string) {
  const [state, setState] = useState<Verifying>(QUIET);
  const verify = async (judgements: readonly Judgement[]) => {
    setState(QUIET);
    try {
      const answer = await call("vedette", "VerifyTrialPictures", {
        ProjectArn: arn,
        TrialId: trial,
        Verdicts: judgements.map(({ picture, verdict }) => ({
          PictureId: picture.PictureId ?? 0,
          Verdict: verdict,
          Revision: picture.Revision ?? 0,
        })),
      });
      setState({ error: null, conflicts: answer.Conflicts ?? [], gone: (answer.Gone ?? []).length });
    } catch (error) {
      setState({ error, conflicts: [], gone: 0 });
    }
    await queryClient.invalidateQueries({ queryKey: ["vedette"] });
  };
  return { ...state, verify, clear: () => setState(QUIET) };
}
