/** Asks the server for an outline, in pixels of the whole picture. */

import { currentSession, send } from "../../../api";
import type { Span } from "../../../canvas/mask/mask";
import type { OutlineRequest } from "../../../canvas/tools/machine";

export async function outlineOf(
  source: string,
  request: OutlineRequest,
  region: string,
  round?: string,
): Promise<readonly Span[]> {
  const { box, inside, outside } = request;
  const answer = await send("outline", {
    method: "POST",
    json: { source, box, inside, outside, round },
    csrf: currentSession()?.csrf,
    region,
  });
  const spans = (await answer.json()) as readonly Span[];
  if (spans.length === 0) {
    throw new Error("the outline is empty");
  }
  return spans;
}
