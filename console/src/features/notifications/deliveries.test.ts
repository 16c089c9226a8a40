import { describe, expect, it } from "vitest";
import { kindOf, kindsOf, stageOf } from "./deliveries";

describe("a delivery", () => {
  it.each([
    [{ State: "sent" }, "sent"],
    [{ State: "sent", Problem: "" }, "sent"],
    [{ State: "given up", Problem: "no" }, "givenUp"],
    [{ State: "waiting", Problem: "" }, "waiting"],
    [{ State: "waiting", Problem: "The webhook answered with the status 500." }, "retried"],
    [{ State: "paused" }, "waiting"],
    [{}, "waiting"],
  ])("%j is %s", (delivery, stage) => {
    expect(stageOf(delivery)).toBe(stage);
  });

  it("of a kind that this console does not know is shown as it is called", () => {
    expect(kindOf("drift")).toBe("drift");
    expect(kindOf("<b>")).toBeNull();
    expect(kindOf(undefined)).toBeNull();
  });
});

describe("a topic", () => {
  it("hears alarms also where it waits for nothing else", () => {
    expect(kindsOf({})).toEqual(["alarm"]);
    expect(kindsOf({ Events: ["model"] })).toEqual(["alarm", "model"]);
  });
});
