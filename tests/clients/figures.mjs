// Run by Node: figures, alarms, dashboards and events through the JavaScript SDK. Prints one JSON object.
import * as C from '@aws-sdk/client-cloudwatch';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';

const mark = process.argv[2];
const options = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1', maxAttempts: 1 };
const watch = new C.CloudWatchClient(options);
const trail = new CloudTrailClient(options);
const nameOf = async (call) => call.then(() => 'none', (error) => error.name);
const found = {};

const now = Math.floor(Date.now() / 60000) * 60000;
const Namespace = `Line/${mark}`;
const own = { Namespace, MetricName: 'Parts' };
const Dimensions = [{ Name: 'line', Value: '4' }];
const Timestamp = new Date(now - 120000);
const MetricData = [3, 5].map((Value) => ({ MetricName: 'Parts', Dimensions, Value, Timestamp, Unit: 'Count' }));
await watch.send(new C.PutMetricDataCommand({ Namespace, MetricData }));
const period = { StartTime: new Date(now - 600000), EndTime: new Date(now + 60000) };
const Statistics = ['Sum', 'Maximum', 'SampleCount'];
const statistics = (Period) => new C.GetMetricStatisticsCommand({ ...own, Dimensions, Period, Statistics, ...period });
const { Datapoints } = await watch.send(statistics(60));
found.point = Datapoints.map((point) => [point.Sum, point.Maximum, point.SampleCount, point.Unit]);
const MetricStat = { Metric: { ...own, Dimensions }, Period: 60, Stat: 'Sum' };
const MetricDataQueries = [
  { Id: 'm1', MetricStat, ReturnData: false },
  { Id: 'e1', Expression: 'SUM(METRICS()) * 2', Label: 'twice' },
];
const { MetricDataResults } = await watch.send(new C.GetMetricDataCommand({ MetricDataQueries, ...period }));
found.expression = MetricDataResults.map((result) => [result.Id, result.Label, result.Values]);
const { Metrics } = await watch.send(new C.ListMetricsCommand({ Namespace }));
found.listed = Metrics.map((metric) => [metric.MetricName, metric.Dimensions]);
const spread = { Namespace, MetricName: 'Seconds' };
const Values = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const Counts = Values.map(() => 10);
const Seconds = { MetricName: 'Seconds', Values, Counts, Timestamp };
await watch.send(new C.PutMetricDataCommand({ Namespace, MetricData: [Seconds] }));
const extended = (ExtendedStatistics) =>
  new C.GetMetricStatisticsCommand({ ...spread, Period: 60, ExtendedStatistics, ...period });
const [point] = (await watch.send(extended(['p50', 'p99.9', 'PR(:55)']))).Datapoints;
found.extended = point.ExtendedStatistics;
const trimmed = ['p90', 'tm(20%:80%)', 'IQM'].map((Stat, count) => ({
  Id: `q${count}`,
  MetricStat: { Metric: spread, Period: 60, Stat },
}));
const answer = await watch.send(new C.GetMetricDataCommand({ MetricDataQueries: trimmed, ...period }));
found.trimmed = Object.fromEntries(answer.MetricDataResults.map((result) => [result.Id, result.Values[0]]));
const slow = `slow-${mark}`;
await watch.send(new C.PutMetricAlarmCommand({
  AlarmName: slow,
  ...spread,
  ExtendedStatistic: 'p90',
  EvaluateLowSampleCountPercentile: 'ignore',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 95,
  ComparisonOperator: 'GreaterThanThreshold',
}));
const [noted] = (await watch.send(new C.DescribeAlarmsCommand({ AlarmNames: [slow] }))).MetricAlarms;
found.slow = [noted.ExtendedStatistic, noted.EvaluateLowSampleCountPercentile, noted.Statistic !== undefined];
found.nonsense = await nameOf(watch.send(extended(['p101'])));
await watch.send(new C.DeleteAlarmsCommand({ AlarmNames: [slow] }));
const AlarmName = `few-${mark}`;
await watch.send(new C.PutMetricAlarmCommand({
  AlarmName,
  ...own,
  Dimensions,
  Statistic: 'Sum',
  Period: 60,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'LessThanThreshold',
  TreatMissingData: 'breaching',
}));
await watch.send(new C.SetAlarmStateCommand({ AlarmName, StateValue: 'ALARM', StateReason: 'tried by hand' }));
const { MetricAlarms } = await watch.send(new C.DescribeAlarmsCommand({ AlarmNames: [AlarmName] }));
found.alarm = [MetricAlarms[0].StateValue, MetricAlarms[0].Threshold, MetricAlarms[0].TreatMissingData];
const { AlarmHistoryItems } = await watch.send(
  new C.DescribeAlarmHistoryCommand({ AlarmName, HistoryItemType: 'StateUpdate' }),
);
found.history = AlarmHistoryItems.length >= 1;
const DashboardName = `board-${mark}`;
await watch.send(new C.PutDashboardCommand({ DashboardName, DashboardBody: JSON.stringify({ widgets: [] }) }));
const { DashboardBody } = await watch.send(new C.GetDashboardCommand({ DashboardName }));
found.dashboard = JSON.stringify(JSON.parse(DashboardBody)) === '{"widgets":[]}';
found.unknown = await nameOf(watch.send(new C.GetDashboardCommand({ DashboardName: 'none' })));
found.bad = await nameOf(watch.send(statistics(7)));
await watch.send(new C.DeleteAlarmsCommand({ AlarmNames: [AlarmName] }));
await watch.send(new C.DeleteDashboardsCommand({ DashboardNames: [DashboardName] }));
const LookupAttributes = [{ AttributeKey: 'EventName', AttributeValue: 'PutMetricAlarm' }];
const { Events } = await trail.send(new LookupEventsCommand({ LookupAttributes }));
found.event = JSON.parse(Events[0].CloudTrailEvent).requestParameters.alarmName === AlarmName;
console.log(JSON.stringify(found));
