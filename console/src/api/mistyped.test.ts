import type { Fault as FaultClass } from "./fault";
import { beforeAll, describe, expect, it, vi } from "vitest";

/** What the modules of the console look for where there is no window. */
vi.stubGlobal("window", { location: { search: "", hash: "" }, addEventListener: () => undefined });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => undefined });

let asMistyped: (operation: string, error: unknown) => unknown;
let Fault: typeof FaultClass;

beforeAll(async () => {
  ({ asMistyped } = await import("./call"));
  ({ Fault } = await import("./fault"));
});

function refused(message: string, status = 400) {
  return new Fault(status, "ValidationException", message, "r-1");
}

const RULE = "failed to satisfy constraint: Member must satisfy regular expression pattern: [a-f0-9]{32}";

describe("a name that nothing can have", () => {
  it.each([
    [`1 validation error detected: Value 'xyz' at 'importId' ${RULE}`, "xyz"],
    [`1 validation error detected: Value '[a b]' at 'projectNames' ${RULE}`, "a b"],
    [`2 validation errors detected: Value 'x' at 'roundId' ${RULE}; Value 'x' at 'roundId' ${RULE}`, "x"],
    [`1 validation error detected: Value '<b>\n' at 'projectName' ${RULE}`, "<b>\n"],
  ])("is not there for who reads: %s", (message, name) => {
    const fault = asMistyped("DescribeImport", refused(message)) as InstanceType<typeof Fault>;
    expect([fault.status, fault.message, fault.reason, fault.requestId]).toEqual([
      404,
      name,
      "mistyped",
      "r-1",
    ]);
  });

  it.each([
    ["CreateProject", `1 validation error detected: Value 'a b' at 'projectName' ${RULE}`, 400],
    ["QueryEntries", `1 validation error detected: Value '0' at 'maxResults' ${RULE}`, 400],
    [
      "ListRounds",
      `2 validation errors detected: Value 'x' at 'roundId' ${RULE}; Value '0' at 'maxResults' ${RULE}`,
      400,
    ],
    ["DescribeImport", "Something else.", 400],
    ["DescribeImport", `1 validation error detected: Value 'x' at 'importId' ${RULE}`, 403],
  ])("stays what it is elsewhere: %s %s", (operation, message, status) => {
    const fault = refused(message, status);
    expect(asMistyped(operation, fault)).toBe(fault);
  });
});
