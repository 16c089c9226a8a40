/**
 * Pictures that somebody looked at and could not label for sure: the twin of `vedette/manifest/unsure.py`. The
 * mark stands in what the line says of its picture, beside whatever else stands there.
 */

import { isObject, member, PAIR_END, SOURCE, type JsonObject, type Line } from "./lines";

const ABOUT = `${SOURCE}${PAIR_END}`;
const MARK = "vedette-unsure";

export function isUnsure(line: Line): boolean {
  return member(line.value(ABOUT), MARK) === "yes";
}

/** Return the line with the mark; its labels stay. */
export function markUnsure(line: Line): Line {
  const about = line.value(ABOUT);
  return line.change(new Map([[ABOUT, { ...(isObject(about) ? about : {}), [MARK]: "yes" }]]));
}

/** Return the line without the mark, as whoever labels for sure leaves it. */
export function settle(line: Line): Line {
  const about = line.value(ABOUT);
  if (!isObject(about) || !Object.hasOwn(about, MARK)) {
    return line;
  }
  const rest: JsonObject = Object.fromEntries(Object.entries(about).filter(([key]) => key !== MARK));
  return Object.keys(rest).length > 0
    ? line.change(new Map([[ABOUT, rest]]))
    : line.change(new Map(), [ABOUT]);
}
