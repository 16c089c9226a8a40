/** Beside the canvas: what a round asks for, with examples, and what a reviewer said of this picture. */

import Alert from "@cloudscape-design/components/alert";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useText } from "./text";
import type { Workplace } from "./workplace";

export function RoundPanel({ work }: { readonly work: Workplace }) {
  const t = useText();
  const { round } = work.target;
  if (round === undefined) {
    return null;
  }
  const comments = round.commentsOf(work.session.row?.source ?? "");
  return (
    <SpaceBetween size="xs">
      {comments.map(({ author, text }, place) => (
        <Alert key={place} type="warning" header={t("commentBy", { name: author })}>
          <bdi className="vedette-labelling-text">{text}</bdi>
        </Alert>
      ))}
      {(round.instructions !== "" || round.examples.length > 0) && (
        <ExpandableSection headerText={t("instructions")} defaultExpanded>
          <bdi className="vedette-labelling-text">{round.instructions}</bdi>
          <div className="vedette-labelling-examples">
            {round.examples.map(({ source, note }) => (
              <figure key={source}>
                <img src={round.thumbnailOf(source)} alt={note} />
                <figcaption>
                  <bdi>{note}</bdi>
                </figcaption>
              </figure>
            ))}
          </div>
        </ExpandableSection>
      )}
    </SpaceBetween>
  );
}
