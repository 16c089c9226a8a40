import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { credentialsOf, snippetsOf, type Snippet } from "./snippets";
import { trustOf } from "./trust";

/** Python runs what stands there against a real server (tests/journeys/test_programs.py, tests/clients). */
const GOLDEN = fileURLToPath(new URL("../../../../tests/golden/programs", import.meta.url));
const FILES: Readonly<Record<Snippet["id"], string>> = {
  boto3: "ask.py",
  cli: "ask.sh",
  curl: "curl.sh",
  javascript: "detect.mjs",
  java: "Detect.java",
  csharp: "Program.cs",
  go: "main.go",
  python: "library.py",
  edge: "edge.sh",
};
const PLACE = { project: "programs-doors", version: "1" };
const FACTS = { ...PLACE, region: "us-east-1", endpoint: "http://127.0.0.1:8080" };

test.each(["rekognition", "lookoutvision"] as const)(
  "programs of %s are those that are run",
  async (service) => {
    const arn = `arn:aws:${service}:us-east-1:000000000000:project/programs-doors/version/1/1700000000000`;
    const snippets = snippetsOf({ ...FACTS, service, arn });
    expect(snippets.map(({ id }) => id)).toEqual(Object.keys(FILES));
    for (const { id, code } of snippets) {
      await expect(code).toMatchFileSnapshot(`${GOLDEN}/${service}/${FILES[id]}`);
    }
    const key = credentialsOf({ ...FACTS, service, arn });
    await expect(key).toMatchFileSnapshot(`${GOLDEN}/${service}/credentials.sh`);
  },
);

test("over https each program that asks a server says how it trusts a certificate of its own", async () => {
  const asking = Object.keys(FILES).filter((id) => id !== "python") as Snippet["id"][];
  for (const id of asking) {
    expect(trustOf(id, "http://127.0.0.1:8080")).toBeUndefined();
    await expect(trustOf(id, "https://127.0.0.1:8080")).toMatchFileSnapshot(`${GOLDEN}/trust/${id}.sh`);
  }
  expect(trustOf("python", "https://127.0.0.1:8080")).toBeUndefined();
});

test("what asks a server asks by the alias that was chosen, and what takes a version along names it", () => {
  const version = "arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000";
  const alias = { name: "line-3", arn: version.replace("/version/1/", "/version/line-3/") };
  for (const service of ["rekognition", "lookoutvision"] as const) {
    const facts = { ...FACTS, service, arn: version };
    const plain = new Map(snippetsOf(facts).map(({ id, code }) => [id, code]));
    for (const { id, code } of snippetsOf(facts, alias)) {
      if (id === "python" || id === "edge") expect(code).toBe(plain.get(id));
      else expect(code).toContain(service === "rekognition" ? alias.arn : "line-3");
    }
  }
});
