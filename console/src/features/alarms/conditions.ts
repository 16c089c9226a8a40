/**
 * What somebody may want to be told of a model, as alarms of CloudWatch: the same that a program puts.
 *
 * An alarm that is there is put into words by the same table: where the condition's own alarm would be no other,
 * its words are true of it, whoever has made it.
 */
import type { Input, Monitoring, ProjectService } from "../../api";

export type AlarmInput = Input<"monitoring", "PutMetricAlarm">;

export interface WatchedModel {
  readonly service: ProjectService;
  readonly project: string;
  /** Empty for all versions together. */
  readonly version: string;
}

const CONDITIONS = ["slow", "late", "errors", "busy", "silent", "anomalies", "unsure", "drift"] as const;
export type ConditionId = (typeof CONDITIONS)[number];

export interface Choice {
  readonly id: ConditionId;
  readonly value: number;
}

/** What a value is: milliseconds, requests, percent, hours; nothing is asked where it is null. */
export type Unit = "ms" | "requests" | "percent" | "hours";

interface Condition {
  readonly unit: Unit | null;
  readonly usual: number;
  readonly least: number;
  readonly most: number;
  readonly rule: (model: WatchedModel, value: number) => Rule;
}

type Rule = Omit<AlarmInput, "AlarmName">;

const OWN_NAMESPACE = "Vedette";
const NAMESPACES = { rekognition: "AWS/Rekognition", lookoutvision: "AWS/LookoutVision" } as const;
const VERSION_NAMES = { rekognition: "VersionName", lookoutvision: "ModelVersion" } as const;
const ERRORS = { rekognition: "ServerErrorCount", lookoutvision: "ErrorCount" } as const;
const TIMES = { rekognition: "ResponseTime", lookoutvision: "Time" } as const;
const FIVE_MINUTES = 300;
const HOUR = 3600;

function dimensionsOf({ service, project, version }: WatchedModel) {
  const ofProject = { Name: "ProjectName", Value: project };
  return version === "" ? [ofProject] : [ofProject, { Name: VERSION_NAMES[service], Value: version }];
}

/** One metric beyond a value in one period. */
function simple(
  model: WatchedModel,
  metric: string,
  rule: Partial<Rule> & { readonly Threshold: number },
): Rule {
  return {
    Namespace: NAMESPACES[model.service],
    MetricName: metric,
    Dimensions: dimensionsOf(model),
    Period: FIVE_MINUTES,
    EvaluationPeriods: 1,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "notBreaching",
    ...rule,
  };
}

interface Share {
  readonly part: string;
  readonly whole: string;
  readonly expression: string;
  readonly period: number;
}

/** A share of sums beyond so many percent; where nothing was asked there is none. */
function share(model: WatchedModel, { part, whole, expression, period }: Share, value: number): Rule {
  const sum = (Id: string, MetricName: string) => ({
    Id,
    MetricStat: {
      Metric: { Namespace: NAMESPACES[model.service], MetricName, Dimensions: dimensionsOf(model) },
      Period: period,
      Stat: "Sum",
    },
    ReturnData: false,
  });
  return {
    Metrics: [
      sum("part", part),
      sum("whole", whole),
      { Id: "percent", Expression: expression, ReturnData: true },
    ],
    EvaluationPeriods: 1,
    Threshold: value,
    ComparisonOperator: "GreaterThanThreshold",
    TreatMissingData: "notBreaching",
  };
}

export const RULES: Readonly<Record<ConditionId, Condition>> = {
  slow: {
    unit: "ms",
    usual: 500,
    least: 1,
    most: 600_000,
    rule: (model, value) => simple(model, TIMES[model.service], { Statistic: "Average", Threshold: value }),
  },
  late: {
    unit: "ms",
    usual: 1000,
    least: 1,
    most: 600_000,
    rule: (model, value) =>
      simple(model, TIMES[model.service], { ExtendedStatistic: "p90", Threshold: value }),
  },
  errors: {
    unit: "percent",
    usual: 5,
    least: 0,
    most: 99,
    rule: (model, value) => {
      const expression = "100 * FILL(part, 0) / (FILL(part, 0) + FILL(whole, 0))";
      const [part, whole] = [ERRORS[model.service], "SuccessfulRequestCount"];
      return share(model, { part, whole, expression, period: FIVE_MINUTES }, value);
    },
  },
  busy: {
    unit: "requests",
    usual: 10,
    least: 0,
    most: 1_000_000,
    rule: (model, value) => simple(model, "ThrottledCount", { Statistic: "Sum", Threshold: value }),
  },
  silent: {
    unit: "hours",
    usual: 1,
    least: 1,
    most: 24,
    rule: (model, value) =>
      simple(model, "SuccessfulRequestCount", {
        Statistic: "Sum",
        Threshold: 1,
        Period: HOUR,
        EvaluationPeriods: value,
        ComparisonOperator: "LessThanThreshold",
        TreatMissingData: "breaching",
      }),
  },
  anomalies: {
    unit: "percent",
    usual: 20,
    least: 0,
    most: 99,
    rule: (model, value) => {
      const expression = "100 * FILL(part, 0) / whole";
      const [part, whole] = ["DetectedAnomalyCount", "SuccessfulRequestCount"];
      return share(model, { part, whole, expression, period: HOUR }, value);
    },
  },
  unsure: {
    unit: "percent",
    usual: 60,
    least: 1,
    most: 100,
    rule: (model, value) =>
      simple(model, "Confidence", {
        Namespace: OWN_NAMESPACE,
        Statistic: "Average",
        Threshold: value,
        Period: HOUR,
        ComparisonOperator: "LessThanThreshold",
      }),
  },
  drift: {
    unit: null,
    usual: 0,
    least: 0,
    most: 0,
    // A look comes after so many pictures, not after so many minutes: until the next one the last one holds.
    rule: (model) =>
      simple(model, "Drift", {
        Namespace: OWN_NAMESPACE,
        Statistic: "Maximum",
        Threshold: 0,
        TreatMissingData: "ignore",
      }),
  },
};

/** What can be told of a model of this service: only one of them finds anomalies. */
export function conditionsFor(service: ProjectService): readonly ConditionId[] {
  return CONDITIONS.filter((id) => id !== "anomalies" || service === "lookoutvision");
}

export function isValue({ id, value }: Choice): boolean {
  const { least, most, unit } = RULES[id];
  const isWhole = unit !== "hours" || Number.isInteger(value);
  return Number.isFinite(value) && value >= least && value <= most && isWhole;
}

/** Whom it calls, by topics, and under which name. */
export interface AlarmNaming {
  readonly name: string;
  readonly topics: readonly string[];
}

export function alarmOf(model: WatchedModel, choice: Choice, { name, topics }: AlarmNaming): AlarmInput {
  const rule = RULES[choice.id].rule(model, choice.value);
  return { AlarmName: name, ...rule, ...(topics.length === 0 ? {} : { AlarmActions: topics }) };
}

/** Which model an alarm is about; null where it is about something else, or about several. */
export function modelOf(alarm: Monitoring.MetricAlarm): WatchedModel | null {
  const metrics = (alarm.Metrics ?? []).flatMap(({ MetricStat }) => (MetricStat ? [MetricStat.Metric] : []));
  const [first] = alarm.Metrics === undefined ? [alarm] : metrics;
  const named = new Map((first?.Dimensions ?? []).map(({ Name, Value }) => [Name, Value]));
  const project = named.get("ProjectName");
  if (project === undefined) return null;
  const isLookout = first?.Namespace === NAMESPACES.lookoutvision || named.has(VERSION_NAMES.lookoutvision);
  const service = isLookout ? "lookoutvision" : "rekognition";
  return { service, project, version: named.get(VERSION_NAMES[service]) ?? "" };
}

/** The condition that an alarm is, with its value; null where it is none of ours. */
export function conditionOf(alarm: Monitoring.MetricAlarm): Choice | null {
  const model = modelOf(alarm);
  if (model === null) return null;
  for (const id of CONDITIONS) {
    const value = RULES[id].unit === "hours" ? (alarm.EvaluationPeriods ?? 0) : (alarm.Threshold ?? 0);
    if (isValue({ id, value }) && isSame(RULES[id].rule(model, value), alarm)) return { id, value };
  }
  return null;
}

const PARTS = [
  "Namespace",
  "MetricName",
  "Statistic",
  "ExtendedStatistic",
  "Unit",
  "Period",
  "EvaluationPeriods",
  "Threshold",
  "ComparisonOperator",
  "TreatMissingData",
] as const;

function isSame(rule: Rule, alarm: Monitoring.MetricAlarm): boolean {
  const toAlarm = alarm.DatapointsToAlarm ?? alarm.EvaluationPeriods;
  return (
    PARTS.every((part) => rule[part] === alarm[part]) &&
    toAlarm === alarm.EvaluationPeriods &&
    dimensionsIn(rule.Dimensions) === dimensionsIn(alarm.Dimensions) &&
    queriesOf(rule.Metrics) === queriesOf(alarm.Metrics)
  );
}

/** Dimensions in one form: the server tells them in the order of their names, whoever put them in another. */
function dimensionsIn(dimensions: Rule["Dimensions"]): string {
  const pairs = (dimensions ?? []).map(({ Name, Value }) => JSON.stringify([Name, Value]));
  return pairs.toSorted().join();
}

/** Queries in one form: what is not said of one is what goes without saying. */
function queriesOf(queries: Rule["Metrics"]): string {
  const rows = (queries ?? []).map(({ Id, Expression = "", MetricStat, ReturnData = true }) => [
    Id,
    Expression,
    MetricStat?.Metric.Namespace,
    MetricStat?.Metric.MetricName,
    dimensionsIn(MetricStat?.Metric.Dimensions),
    MetricStat?.Period,
    MetricStat?.Stat,
    MetricStat?.Unit,
    ReturnData,
  ]);
  return JSON.stringify(rows);
}

/** Signs as people write them. */
const SIGNS: Readonly<Record<string, string>> = {
  GreaterThanThreshold: ">",
  GreaterThanOrEqualToThreshold: "≥",
  LessThanThreshold: "<",
  LessThanOrEqualToThreshold: "≤",
};

/** An alarm in the words of whoever made it: its statistic or expression, sign and threshold. */
export function formulaOf(alarm: Monitoring.MetricAlarm): string {
  const { MetricName = "", Statistic, ExtendedStatistic, Metrics = [], Threshold = 0 } = alarm;
  const returned = Metrics.find(({ ReturnData = true }) => ReturnData);
  const what =
    returned === undefined
      ? `${Statistic ?? ExtendedStatistic ?? ""}(${MetricName})`
      : (returned.Expression ??
        `${returned.MetricStat?.Stat ?? ""}(${returned.MetricStat?.Metric.MetricName ?? ""})`);
  return `${what} ${SIGNS[alarm.ComparisonOperator ?? ""] ?? "?"} ${String(Threshold)}`;
}

/** A name that no alarm has yet: putting one of a name that is there would change that one. */
export function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let number = 2; taken.includes(name); number += 1) name = `${wanted}-${String(number)}`;
  return name;
}
