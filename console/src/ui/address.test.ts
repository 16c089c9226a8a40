import { matchPath } from "react-router";
import { expect, test } from "vitest";
import { nameOf, segmentOf } from "./address";

const LONG = `${"a-very.long_name".repeat(15)}.zip`;

test.each([".", "..", "...", "~", ".git", "v1.0.html", "a.b..c", "-", "_", LONG, "naïve 世界/?#", "~.."])(
  "the name %s is found again in an address that a browser has read",
  (name) => {
    const { pathname } = new URL(
      `/projects/rekognition/${segmentOf(name)}/versions/${segmentOf(name)}`,
      "http://host",
    );
    const pattern = "/projects/:service/:project/versions/:version";
    // The router hands out what its segments decode to.
    const params = matchPath(pattern, decoded(pathname))?.params;
    if (name === "~..")
      expect(nameOf(params?.project ?? "")).toBe(".."); // no name of either service begins so
    else expect([params?.project, params?.version].map((part) => nameOf(part ?? ""))).toEqual([name, name]);
  },
);

function decoded(pathname: string): string {
  return pathname
    .split("/")
    .map((part) => decodeURIComponent(part).replaceAll("/", "%2F"))
    .join("/");
}
