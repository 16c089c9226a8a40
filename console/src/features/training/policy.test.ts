import { describe, expect, it } from "vitest";
import { documentOf, everyVersion, isWhole, namesIn, readable, rulesOf, type PolicyRule } from "./policy";

const PROJECT = "arn:aws:rekognition:eu-west-1:111122223333:project/boards/1759000000000";
const ALL = everyVersion(PROJECT);
const RULE: PolicyRule = { sid: "", isAllowed: true, who: ["444455556666"], versions: [ALL] };

function document(statement: unknown, more: object = {}): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement], ...more });
}

const STATEMENT = {
  Effect: "Allow",
  Principal: { AWS: "444455556666" },
  Action: "rekognition:CopyProjectVersion",
  Resource: ALL,
};

describe("project policies as rules", () => {
  it("come back from the document that they were written as", () => {
    const rules = [
      RULE,
      { sid: "NoInterns", isAllowed: false, who: ["*", "444455556666"], versions: [ALL, `${ALL}x`] },
    ];
    expect(rulesOf(documentOf(rules))).toEqual(rules);
    expect(ALL).toBe("arn:aws:rekognition:eu-west-1:111122223333:project/boards/version/*");
  });

  it("are read from all spellings that mean the same", () => {
    expect(rulesOf(document({ ...STATEMENT, Effect: "ALLOW", Action: [STATEMENT.Action] }))).toEqual([RULE]);
    expect(rulesOf(document({ ...STATEMENT, Principal: "*" }))?.[0]?.who).toEqual(["*"]);
  });

  it("never leave out what a form cannot show", () => {
    const more: readonly object[] = [
      { Condition: { IpAddress: { "aws:SourceIp": "192.0.2.0/24" } } },
      { NotAction: "x" },
      { Action: "rekognition:*" },
      { Action: [STATEMENT.Action, "rekognition:Copy*"] },
      { Principal: { AWS: "444455556666", Service: "rekognition.amazonaws.com" } },
      { Principal: { Federated: "x" } },
      { Principal: { AWS: [] } },
      { Principal: { AWS: [1] } },
      { Resource: [] },
      { Effect: "Perhaps" },
      { Sid: 7 },
    ];
    for (const part of more) expect(rulesOf(document({ ...STATEMENT, ...part }))).toBeNull();
    expect(rulesOf(document(STATEMENT, { Id: "x" }))).toBeNull();
    expect(rulesOf(JSON.stringify({ Statement: [STATEMENT] }))).toBeNull();
    expect(rulesOf(JSON.stringify({ Version: "2012-10-17", Statement: [STATEMENT, "x"] }))).toBeNull();
    for (const text of ["", "{", "[]", "null", "7", document([])]) expect(rulesOf(text)).toBeNull();
  });

  it("are whole when each names somebody and something", () => {
    expect(isWhole([RULE])).toBe(true);
    expect(isWhole([{ ...RULE, who: [] }])).toBe(false);
    expect(isWhole([])).toBe(false);
  });

  it("take names from lines and commas", () => {
    expect(namesIn(" 444455556666 ,\n\narn:x\n444455556666")).toEqual(["444455556666", "arn:x"]);
  });

  it("are shown as they stand where making them pretty would lose something", () => {
    expect(readable("{no")).toBe("{no");
    const twice = '{"Version":"2012-10-17","Version":"2008-10-17"}';
    expect(readable(twice)).toBe(twice);
    expect(readable('{"a":[1]}')).toBe('{\n  "a": [\n    1\n  ]\n}');
  });
});
