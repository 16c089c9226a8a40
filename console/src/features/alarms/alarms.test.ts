import { describe, expect, it } from "vitest";
import type { Monitoring } from "../../api";
import { lineOf, routeOfAlarm, stateOf, topicOf } from "./alarms";
import {
  alarmOf,
  conditionOf,
  conditionsFor,
  formulaOf,
  freeName,
  isValue,
  modelOf,
  RULES,
  type WatchedModel,
} from "./conditions";

const PLATES: WatchedModel = { service: "lookoutvision", project: "plates", version: "1" };
const DOORS: WatchedModel = { service: "rekognition", project: "doors", version: "" };
const NAMING = { name: "a", topics: [] };

/** The server tells dimensions in the order of their names. */
function inOrder(dimensions: readonly Monitoring.Dimension[]) {
  return dimensions.toSorted((one, other) => (one.Name < other.Name ? -1 : 1));
}

/** As DescribeAlarms answers it: with what goes without saying. */
function described(alarm: ReturnType<typeof alarmOf>): Monitoring.MetricAlarm {
  const { Dimensions, Metrics } = alarm;
  return {
    DatapointsToAlarm: alarm.EvaluationPeriods,
    StateValue: "OK",
    OKActions: [],
    ...alarm,
    ...(Dimensions && { Dimensions: inOrder(Dimensions) }),
    ...(Metrics && {
      Metrics: Metrics.map(({ MetricStat, ...query }) =>
        MetricStat === undefined
          ? query
          : {
              ...query,
              MetricStat: {
                ...MetricStat,
                Metric: { ...MetricStat.Metric, Dimensions: inOrder(MetricStat.Metric.Dimensions ?? []) },
              },
            },
      ),
    }),
  };
}

describe("a condition", () => {
  it.each([PLATES, DOORS, { ...PLATES, version: "" }, { ...DOORS, version: "v1" }])(
    "of %j is known again by its alarm",
    (model) => {
      for (const id of conditionsFor(model.service)) {
        const choice = { id, value: RULES[id].usual };
        const alarm = described(alarmOf(model, choice, NAMING));
        expect(conditionOf(alarm)).toEqual(choice);
      }
    },
  );

  it("names its model, but one of our own figures without a version says no service", () => {
    const alarm = described(alarmOf(PLATES, { id: "anomalies", value: 3 }, NAMING));
    expect(modelOf(alarm)).toEqual(PLATES);
    expect(modelOf({ Namespace: "Plant", MetricName: "Heat" })).toBeNull();
  });

  it("is not read into an alarm that differs from it", () => {
    const alarm = described(alarmOf(DOORS, { id: "slow", value: 500 }, NAMING));
    expect(conditionOf({ ...alarm, DatapointsToAlarm: 1, EvaluationPeriods: 3 })).toBeNull();
    expect(conditionOf({ ...alarm, Statistic: "Maximum" })).toBeNull();
    const late = described(alarmOf(DOORS, { id: "late", value: 500 }, NAMING));
    expect(conditionOf({ ...late, ExtendedStatistic: "p99" })).toBeNull();
    expect(formulaOf({ ...late, ExtendedStatistic: "p99" })).toBe("p99(ResponseTime) > 500");
    expect(conditionOf({ ...alarm, TreatMissingData: "breaching" })).toBeNull();
    expect(conditionOf({ ...alarm, Unit: "Seconds" })).toBeNull();
    const Dimensions = [...(alarm.Dimensions ?? []), { Name: "Line", Value: "4" }];
    expect(conditionOf({ ...alarm, Dimensions })).toBeNull();
    const shares = described(alarmOf(DOORS, { id: "errors", value: 5 }, NAMING));
    const Metrics = (shares.Metrics ?? []).map((query) =>
      query.Expression === undefined ? query : { ...query, Expression: "part / whole" },
    );
    expect(conditionOf({ ...shares, Metrics })).toBeNull();
  });

  it("has a value within its bounds, of hours a whole one", () => {
    expect(isValue({ id: "silent", value: 2 })).toBe(true);
    expect(isValue({ id: "silent", value: 1.5 })).toBe(false);
    expect(isValue({ id: "slow", value: 0 })).toBe(false);
    expect(isValue({ id: "errors", value: Number.NaN })).toBe(false);
  });

  it("calls its topics, and nobody where none is chosen", () => {
    const topics = ["arn:aws:sns:eu-west-1:0:night-shift"];
    expect(alarmOf(DOORS, { id: "busy", value: 1 }, { name: "b", topics }).AlarmActions).toEqual(topics);
    expect(alarmOf(DOORS, { id: "busy", value: 1 }, NAMING)).not.toHaveProperty("AlarmActions");
  });

  it("about anomalies is only of the service that finds them", () => {
    expect(conditionsFor("rekognition")).not.toContain("anomalies");
    expect(conditionsFor("lookoutvision")).toContain("anomalies");
  });
});

describe("an alarm", () => {
  it("of somebody else's is shown as a formula", () => {
    const alarm = { MetricName: "Heat", Statistic: "Average", Threshold: 5 } as const;
    expect(formulaOf({ ...alarm, ComparisonOperator: "LessThanOrEqualToThreshold" })).toBe(
      "Average(Heat) ≤ 5",
    );
    const Metrics = [{ Id: "a", Expression: "m1 / m2" }];
    expect(formulaOf({ Metrics, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" })).toBe(
      "m1 / m2 > 1",
    );
  });

  it("gets a name that no other has", () => {
    expect(freeName("a", [])).toBe("a");
    expect(freeName("a", ["a", "a-2"])).toBe("a-3");
  });

  it("has a page under any name", () => {
    expect(routeOfAlarm('lamp "1" / 裂: <b>')).toBe("/alarms/lamp%20%221%22%20%2F%20%E8%A3%82%3A%20%3Cb%3E");
    expect(routeOfAlarm("..")).toBe("/alarms/~..");
  });

  it("is without figures in a state that is not known", () => {
    expect(["OK", "ALARM", "x", undefined].map(stateOf)).toEqual([
      "OK",
      "ALARM",
      "INSUFFICIENT_DATA",
      "INSUFFICIENT_DATA",
    ]);
    expect(topicOf("arn:aws:sns:eu-west-1:0:night-shift")).toBe("night-shift");
  });
});

describe("a line of history", () => {
  it("says what moved and why", () => {
    const HistoryData = JSON.stringify({ oldState: "OK", newState: "ALARM", reason: "<b>" });
    expect(lineOf({ HistoryItemType: "StateUpdate", HistoryData })).toEqual({
      kind: "moved",
      state: "ALARM",
      topic: "",
      reason: "<b>",
    });
  });

  it("says who was called, and who could not be", () => {
    const facts = { notificationResource: "arn:aws:sns:eu-west-1:0:lamp" };
    const called = JSON.stringify({ ...facts, actionState: "Succeeded" });
    expect(lineOf({ HistoryItemType: "Action", HistoryData: called })).toMatchObject({ kind: "called" });
    const failed = JSON.stringify({ ...facts, actionState: "Failed", error: "no such topic" });
    const line = lineOf({ HistoryItemType: "Action", HistoryData: failed });
    expect(line).toMatchObject({ kind: "notCalled", topic: "lamp", reason: "no such topic" });
  });

  it.each(["", "{", "[]", "null", '{"newState": 3}'])("with %j as its data is told as it is", (data) => {
    const line = lineOf({ HistoryItemType: "StateUpdate", HistoryData: data, HistorySummary: "as it is" });
    expect(line).toEqual({ kind: "changed", state: null, topic: "", reason: "as it is" });
  });
});
