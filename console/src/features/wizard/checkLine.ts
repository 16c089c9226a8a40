/** What is wrong with a line while it is typed: by the twin of the server's own reader. */
import { kindOf, readPairs } from "../../manifest/attributes";
import { readLabel } from "../../manifest/classification";
import { readBoxes } from "../../manifest/detection";
import { Line } from "../../manifest/lines";

/** A sentence, or nothing where the text is a line. Limits and pictures are the server's to judge. */
export function checkLine(text: string): string {
  try {
    const line = Line.read(text);
    if (!/^s3:\/\/[^/]+\/.*[^/]$/iu.test(line.source)) return "source-ref: s3://bucket/folder/picture.jpg";
    for (const pair of readPairs(line)) {
      const kind = kindOf(pair);
      if (kind === "class") readLabel(pair);
      if (kind === "boxes") readBoxes(pair);
    }
    return "";
  } catch (fault) {
    return fault instanceof Error ? fault.message : String(fault);
  }
}
