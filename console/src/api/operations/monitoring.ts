// Written by tools/write_client_types.py from the shape files. Do not edit: make generate.

export interface AlarmHistoryItem {
  readonly AlarmName?: string | undefined;
  readonly AlarmContributorId?: string | undefined;
  readonly AlarmType?: "CompositeAlarm" | "MetricAlarm" | undefined;
  readonly Timestamp?: string | undefined;
  readonly HistoryItemType?: "ConfigurationUpdate" | "StateUpdate" | "Action" | "AlarmContributorStateUpdate" | "AlarmContributorAction" | undefined;
  readonly HistorySummary?: string | undefined;
  readonly HistoryData?: string | undefined;
  readonly AlarmContributorAttributes?: Readonly<Record<string, string>> | undefined;
}

export interface CompositeAlarm {
  readonly ActionsEnabled?: boolean | undefined;
  readonly AlarmActions?: ReadonlyArray<string> | undefined;
  readonly AlarmArn?: string | undefined;
  readonly AlarmConfigurationUpdatedTimestamp?: string | undefined;
  readonly AlarmDescription?: string | undefined;
  readonly AlarmName?: string | undefined;
  readonly AlarmRule?: string | undefined;
  readonly InsufficientDataActions?: ReadonlyArray<string> | undefined;
  readonly OKActions?: ReadonlyArray<string> | undefined;
  readonly StateReason?: string | undefined;
  readonly StateReasonData?: string | undefined;
  readonly StateUpdatedTimestamp?: string | undefined;
  readonly StateValue?: "OK" | "ALARM" | "INSUFFICIENT_DATA" | undefined;
  readonly StateTransitionedTimestamp?: string | undefined;
  readonly ActionsSuppressedBy?: "WaitPeriod" | "ExtensionPeriod" | "Alarm" | undefined;
  readonly ActionsSuppressedReason?: string | undefined;
  readonly ActionsSuppressor?: string | undefined;
  readonly ActionsSuppressorWaitPeriod?: number | undefined;
  readonly ActionsSuppressorExtensionPeriod?: number | undefined;
}

export interface DeleteAlarmsInput {
  readonly AlarmNames: ReadonlyArray<string>;
}

export interface DescribeAlarmHistoryInput {
  readonly AlarmName?: string | undefined;
  readonly AlarmContributorId?: string | undefined;
  readonly AlarmTypes?: ReadonlyArray<"CompositeAlarm" | "MetricAlarm"> | undefined;
  readonly HistoryItemType?: "ConfigurationUpdate" | "StateUpdate" | "Action" | "AlarmContributorStateUpdate" | "AlarmContributorAction" | undefined;
  readonly StartDate?: string | undefined;
  readonly EndDate?: string | undefined;
  readonly MaxRecords?: number | undefined;
  readonly NextToken?: string | undefined;
  readonly ScanBy?: "TimestampDescending" | "TimestampAscending" | undefined;
}

export interface DescribeAlarmHistoryOutput {
  readonly AlarmHistoryItems?: ReadonlyArray<AlarmHistoryItem> | undefined;
  readonly NextToken?: string | undefined;
}

export interface DescribeAlarmsInput {
  readonly AlarmNames?: ReadonlyArray<string> | undefined;
  readonly AlarmNamePrefix?: string | undefined;
  readonly AlarmTypes?: ReadonlyArray<"CompositeAlarm" | "MetricAlarm"> | undefined;
  readonly ChildrenOfAlarmName?: string | undefined;
  readonly ParentsOfAlarmName?: string | undefined;
  readonly StateValue?: "OK" | "ALARM" | "INSUFFICIENT_DATA" | undefined;
  readonly ActionPrefix?: string | undefined;
  readonly MaxRecords?: number | undefined;
  readonly NextToken?: string | undefined;
}

export interface DescribeAlarmsOutput {
  readonly CompositeAlarms?: ReadonlyArray<CompositeAlarm> | undefined;
  readonly MetricAlarms?: ReadonlyArray<MetricAlarm> | undefined;
  readonly NextToken?: string | undefined;
}

export interface Dimension {
  readonly Name: string;
  readonly Value: string;
}

export interface DisableAlarmActionsInput {
  readonly AlarmNames: ReadonlyArray<string>;
}

export interface EnableAlarmActionsInput {
  readonly AlarmNames: ReadonlyArray<string>;
}

export interface Metric {
  readonly Namespace?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Dimensions?: ReadonlyArray<Dimension> | undefined;
}

export interface MetricAlarm {
  readonly AlarmName?: string | undefined;
  readonly AlarmArn?: string | undefined;
  readonly AlarmDescription?: string | undefined;
  readonly AlarmConfigurationUpdatedTimestamp?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly OKActions?: ReadonlyArray<string> | undefined;
  readonly AlarmActions?: ReadonlyArray<string> | undefined;
  readonly InsufficientDataActions?: ReadonlyArray<string> | undefined;
  readonly StateValue?: "OK" | "ALARM" | "INSUFFICIENT_DATA" | undefined;
  readonly StateReason?: string | undefined;
  readonly StateReasonData?: string | undefined;
  readonly StateUpdatedTimestamp?: string | undefined;
  readonly MetricName?: string | undefined;
  readonly Namespace?: string | undefined;
  readonly Statistic?: "SampleCount" | "Average" | "Sum" | "Minimum" | "Maximum" | undefined;
  readonly ExtendedStatistic?: string | undefined;
  readonly Dimensions?: ReadonlyArray<Dimension> | undefined;
  readonly Period?: number | undefined;
  readonly Unit?: "Seconds" | "Microseconds" | "Milliseconds" | "Bytes" | "Kilobytes" | "Megabytes" | "Gigabytes" | "Terabytes" | "Bits" | "Kilobits" | "Megabits" | "Gigabits" | "Terabits" | "Percent" | "Count" | "Bytes/Second" | "Kilobytes/Second" | "Megabytes/Second" | "Gigabytes/Second" | "Terabytes/Second" | "Bits/Second" | "Kilobits/Second" | "Megabits/Second" | "Gigabits/Second" | "Terabits/Second" | "Count/Second" | "None" | undefined;
  readonly EvaluationPeriods?: number | undefined;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold?: number | undefined;
  readonly ComparisonOperator?: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold" | "LessThanOrEqualToThreshold" | "LessThanLowerOrGreaterThanUpperThreshold" | "LessThanLowerThreshold" | "GreaterThanUpperThreshold" | undefined;
  readonly TreatMissingData?: string | undefined;
  readonly EvaluateLowSampleCountPercentile?: string | undefined;
  readonly Metrics?: ReadonlyArray<MetricDataQuery> | undefined;
  readonly ThresholdMetricId?: string | undefined;
  readonly EvaluationState?: "PARTIAL_DATA" | undefined;
  readonly StateTransitionedTimestamp?: string | undefined;
}

export interface MetricDataQuery {
  readonly Id: string;
  readonly MetricStat?: MetricStat | undefined;
  readonly Expression?: string | undefined;
  readonly Label?: string | undefined;
  readonly ReturnData?: boolean | undefined;
  readonly Period?: number | undefined;
  readonly AccountId?: string | undefined;
}

export interface MetricStat {
  readonly Metric: Metric;
  readonly Period: number;
  readonly Stat: string;
  readonly Unit?: "Seconds" | "Microseconds" | "Milliseconds" | "Bytes" | "Kilobytes" | "Megabytes" | "Gigabytes" | "Terabytes" | "Bits" | "Kilobits" | "Megabits" | "Gigabits" | "Terabits" | "Percent" | "Count" | "Bytes/Second" | "Kilobytes/Second" | "Megabytes/Second" | "Gigabytes/Second" | "Terabytes/Second" | "Bits/Second" | "Kilobits/Second" | "Megabits/Second" | "Gigabits/Second" | "Terabits/Second" | "Count/Second" | "None" | undefined;
}

export interface PutMetricAlarmInput {
  readonly AlarmName: string;
  readonly AlarmDescription?: string | undefined;
  readonly ActionsEnabled?: boolean | undefined;
  readonly OKActions?: ReadonlyArray<string> | undefined;
  readonly AlarmActions?: ReadonlyArray<string> | undefined;
  readonly InsufficientDataActions?: ReadonlyArray<string> | undefined;
  readonly MetricName?: string | undefined;
  readonly Namespace?: string | undefined;
  readonly Statistic?: "SampleCount" | "Average" | "Sum" | "Minimum" | "Maximum" | undefined;
  readonly ExtendedStatistic?: string | undefined;
  readonly Dimensions?: ReadonlyArray<Dimension> | undefined;
  readonly Period?: number | undefined;
  readonly Unit?: "Seconds" | "Microseconds" | "Milliseconds" | "Bytes" | "Kilobytes" | "Megabytes" | "Gigabytes" | "Terabytes" | "Bits" | "Kilobits" | "Megabits" | "Gigabits" | "Terabits" | "Percent" | "Count" | "Bytes/Second" | "Kilobytes/Second" | "Megabytes/Second" | "Gigabytes/Second" | "Terabytes/Second" | "Bits/Second" | "Kilobits/Second" | "Megabits/Second" | "Gigabits/Second" | "Terabits/Second" | "Count/Second" | "None" | undefined;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm?: number | undefined;
  readonly Threshold?: number | undefined;
  readonly ComparisonOperator: "GreaterThanOrEqualToThreshold" | "GreaterThanThreshold" | "LessThanThreshold" | "LessThanOrEqualToThreshold" | "LessThanLowerOrGreaterThanUpperThreshold" | "LessThanLowerThreshold" | "GreaterThanUpperThreshold";
  readonly TreatMissingData?: string | undefined;
  readonly EvaluateLowSampleCountPercentile?: string | undefined;
  readonly Metrics?: ReadonlyArray<MetricDataQuery> | undefined;
  readonly Tags?: ReadonlyArray<Tag> | undefined;
  readonly ThresholdMetricId?: string | undefined;
}

export interface SetAlarmStateInput {
  readonly AlarmName: string;
  readonly StateValue: "OK" | "ALARM" | "INSUFFICIENT_DATA";
  readonly StateReason: string;
  readonly StateReasonData?: string | undefined;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

export interface MonitoringOperations {
  readonly DeleteAlarms: { readonly input: DeleteAlarmsInput; readonly output: Record<never, never> };
  readonly DescribeAlarmHistory: { readonly input: DescribeAlarmHistoryInput; readonly output: DescribeAlarmHistoryOutput };
  readonly DescribeAlarms: { readonly input: DescribeAlarmsInput; readonly output: DescribeAlarmsOutput };
  readonly DisableAlarmActions: { readonly input: DisableAlarmActionsInput; readonly output: Record<never, never> };
  readonly EnableAlarmActions: { readonly input: EnableAlarmActionsInput; readonly output: Record<never, never> };
  readonly PutMetricAlarm: { readonly input: PutMetricAlarmInput; readonly output: Record<never, never> };
  readonly SetAlarmState: { readonly input: SetAlarmStateInput; readonly output: Record<never, never> };
}
