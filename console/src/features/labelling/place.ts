/** What is labelled: a dataset of a project. */

export type LabelService = "rekognition" | "lookoutvision";

export interface Place {
  readonly service: LabelService;
  readonly project: string;
  readonly projectArn: string;
  readonly type: "train" | "test";
  readonly region: string;
  readonly account: string;
  /** Who labels, by ARN: what waits in a browser is never sent in the name of who uses it next. */
  readonly person: string;
}

/** Which entries come, one after the other. */
export type Show = "all" | "unlabelled" | "labelled" | "errors" | "unsure";

export const SHOWS: readonly Show[] = ["all", "unlabelled", "labelled", "errors", "unsure"];

export function isShow(text: string | null): text is Show {
  return SHOWS.some((show) => show === text);
}

/** The name under which unsaved work of a dataset is kept in the browser. */
export function scopeOf({ person, region, projectArn, type }: Place): string {
  return [person, region, projectArn, type].join(" ");
}

/** The name under which a person's answers wait in this browser, which others may use too. */
export function roundScope(person: string, id: string): string {
  return `${person} round ${id}`;
}

/** What the console's own labels are signed with in a manifest. */
export const JOB = "labeling-job/console";
