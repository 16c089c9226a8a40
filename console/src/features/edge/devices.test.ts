import { describe, expect, it } from "vitest";
import { agentCommand, isDeviceName, modelRows, problemOf } from "./devices";

describe("a device", () => {
  it("has a name that policies and addresses take", () => {
    expect(["press-4", "a.b_c", "4", "-a", "a b", "", "é", "a".repeat(129)].map(isDeviceName)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it("shows each model once, those that it is to have first, with what is wrong", () => {
    const rows = modelRows({
      Wanted: [{ ComponentName: "belt", ComponentVersion: "1.1.0", Message: "No room." }],
      Models: [
        { Name: "old", Version: "1.0.0", Message: "" },
        { Name: "belt", Version: "1.0.0", Message: "" },
      ],
    });
    expect(
      rows.map(({ name, wanted, reported }) => [name, wanted?.ComponentVersion, reported?.Version]),
    ).toEqual([
      ["belt", "1.1.0", "1.0.0"],
      ["old", undefined, "1.0.0"],
    ]);
    expect(rows.map(problemOf)).toEqual(["No room.", ""]);
  });

  it("is made of a machine by a command with the server and the token", () => {
    expect(agentCommand("https://vision:8443", "a.b.c").split(" \\\n  ")).toEqual([
      "VEDETTE_DEVICE_TOKEN=a.b.c",
      "vedette edge agent",
      "--models /var/lib/vedette-edge/models",
      "--server https://vision:8443",
    ]);
  });
});
