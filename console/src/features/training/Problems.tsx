/** The lines that a training could not use: which, why, their pictures, and the way to each. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table from "@cloudscape-design/components/table";
import { useState } from "react";
import type { Own } from "../../api";
import { Sentence } from "../../sentences";
import { hrefOf, useFollow } from "../../ui/links";
import { useText } from "./text";
import "./training.css";

type Problem = Own.TrainingProblem;

/** As many as are read at a glance. */
const FIRST = 10;

const WORDS = {
  ERROR_INVALID_IMAGE: "problem_picture",
  ERROR_INVALID_IMAGE_DIMENSION: "problem_size",
  ERROR_DUPLICATE_SOURCE_REF: "problem_twice",
  ERROR_NO_LABEL_ATTRIBUTES: "problem_label",
  ERROR_MISSING_SOURCE_REF: "problem_source",
  ERROR_INVALID_SOURCE_REF_FORMAT: "problem_source",
  ERROR_INVALID_JSON_LINE: "problem_json",
  LOOKOUT_IMAGE: "problem_picture",
  LOOKOUT_IMAGE_SIDES: "problem_size",
  LOOKOUT_IMAGE_BYTES: "problem_bytes",
  LOOKOUT_IMAGE_DIFFERS: "problem_differs",
  LOOKOUT_TWICE: "problem_twice",
  LOOKOUT_MASK: "problem_mask",
  LOOKOUT_MASK_DIFFERS: "problem_maskSize",
  LOOKOUT_MASK_COLOR: "problem_maskColor",
  LOOKOUT_SOURCE_REF: "problem_source",
  LOOKOUT_JSON: "problem_json",
} as const;

function isSpoken(code: string): code is keyof typeof WORDS {
  return code in WORDS;
}

export function nameOfPicture(source: string): string {
  return source.split("/").at(-1) ?? source;
}

/** The gallery with this picture alone, as far as its name tells. */
export function placeOfPicture(dataset: string, source: string): string {
  return `/datasets/${dataset}?${new URLSearchParams({ name: nameOfPicture(source) }).toString()}`;
}

function Why({ problem }: { readonly problem: Problem }) {
  const t = useText();
  const { Code: code = "", Message: message = "" } = problem;
  if (!isSpoken(code)) return <Sentence text={message} />;
  return (
    <>
      {t(WORDS[code])}
      <Box color="text-body-secondary" fontSize="body-s">
        <Sentence text={message} />
      </Box>
    </>
  );
}

interface ProblemsProps {
  readonly problems: readonly Problem[];
  readonly count: number;
  /** Null where no gallery has these lines. */
  readonly route: string | null;
}

export function Problems({ problems, count, route }: ProblemsProps) {
  const t = useText();
  const follow = useFollow();
  const [isWhole, setIsWhole] = useState(false);
  const items = isWhole ? problems : problems.slice(0, FIRST);
  return (
    <SpaceBetween size="xs">
      <Table
        items={items}
        variant="embedded"
        wrapLines
        ariaLabels={{ tableLabel: t("wrongLines") }}
        columnDefinitions={[
          {
            id: "picture",
            header: t("picture"),
            cell: ({ SourceRef: source = "" }) =>
              source === "" ? (
                "–"
              ) : (
                <SpaceBetween direction="horizontal" size="xs" alignItems="center">
                  <img
                    className="training-need-picture"
                    src={`/console/api/thumbnail?source=${encodeURIComponent(source)}&side=96`}
                    alt=""
                    onError={({ currentTarget }) => {
                      currentTarget.hidden = true;
                    }}
                  />
                  <bdi>{nameOfPicture(source)}</bdi>
                </SpaceBetween>
              ),
            isRowHeader: true,
          },
          {
            id: "line",
            header: t("line"),
            cell: ({ DatasetType: part, Line: line }) =>
              t("lineOf", { line: line ?? "–", dataset: part === "test" ? t("inTest") : t("inTrain") }),
          },
          { id: "why", header: t("why"), cell: (problem) => <Why problem={problem} /> },
          ...(route === null
            ? []
            : [
                {
                  id: "do",
                  header: t("policyDo"),
                  cell: ({ DatasetType: part = "train", SourceRef: source = "" }: Problem) =>
                    source !== "" && (
                      <Button
                        variant="inline-link"
                        href={hrefOf(`${route}${placeOfPicture(part, source)}`)}
                        onFollow={follow}
                        ariaLabel={t("showNamed", { name: nameOfPicture(source) })}
                      >
                        {t("showPicture")}
                      </Button>
                    ),
                },
              ]),
        ]}
      />
      {problems.length > items.length && (
        <Button variant="inline-link" onClick={() => setIsWhole(true)}>
          {t("moreLines", { count: problems.length - items.length })}
        </Button>
      )}
      {isWhole && count > problems.length && (
        <Box color="text-body-secondary">{t("linesBeyond", { count: count - problems.length })}</Box>
      )}
    </SpaceBetween>
  );
}
