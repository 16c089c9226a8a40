// Run by Node: a function called, put on a schedule, and its log read, by the JavaScript SDK. Prints one JSON object.
import * as L from '@aws-sdk/client-lambda';
import * as E from '@aws-sdk/client-eventbridge';
import * as C from '@aws-sdk/client-cloudwatch-logs';

const [name, Role, code] = process.argv.slice(2);
const options = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1', maxAttempts: 1 };
const functions = new L.LambdaClient(options);
const events = new E.EventBridgeClient(options);
const logs = new C.CloudWatchLogsClient(options);
const FunctionName = name;
const found = {};

const made = await functions.send(
  new L.CreateFunctionCommand({
    FunctionName, Role, Runtime: 'python3.12', Handler: 'a.handle', Timeout: 60, MemorySize: 256,
    Code: { ZipFile: Buffer.from(code, 'base64') },
  }),
);
await L.waitUntilFunctionActiveV2({ client: functions, maxWaitTime: 60 }, { FunctionName });
const call = (event) => functions.send(new L.InvokeCommand({ FunctionName, Payload: JSON.stringify(event) }));
const answered = async (event) => JSON.parse(Buffer.from((await call(event)).Payload).toString());
const { stream } = await answered({ a: name });
found.failed = (await answered({ Fail: 1 })).errorType;
const rule = await events.send(new E.PutRuleCommand({ Name: name, ScheduleExpression: 'cron(0 2 ? * MON-FRI *)' }));
await functions.send(
  new L.AddPermissionCommand({
    FunctionName, StatementId: 'rule', Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com',
    SourceArn: rule.RuleArn,
  }),
);
const Targets = [{ Id: '1', Arn: made.FunctionArn }];
found.refused = (await events.send(new E.PutTargetsCommand({ Rule: name, Targets }))).FailedEntryCount;
const rules = await events.send(new E.ListRulesCommand({ NamePrefix: name }));
found.rules = rules.Rules.map((each) => each.ScheduleExpression);
found.targets = (await events.send(new E.ListTargetsByRuleCommand({ Rule: name }))).Targets.map((each) => each.Id);
await events.send(new E.RemoveTargetsCommand({ Rule: name, Ids: ['1'] }));
await events.send(new E.DeleteRuleCommand({ Name: name }));
found.gone = await events.send(new E.DescribeRuleCommand({ Name: name })).then(
  () => false,
  (error) => error.name === 'ResourceNotFoundException',
);
const logGroupName = `/aws/lambda/${name}`;
const filter = new C.FilterLogEventsCommand({ logGroupName, filterPattern: 'handled' });
found.lines = (await logs.send(filter)).events.map((event) => event.message.replace(name, 'NAME'));
const get = new C.GetLogEventsCommand({ logGroupName, logStreamName: stream, startFromHead: true });
found.stream = (await logs.send(get)).events[0].message.startsWith('START RequestId:');
await logs.send(new C.PutRetentionPolicyCommand({ logGroupName, retentionInDays: 7 }));
const groups = await logs.send(new C.DescribeLogGroupsCommand({ logGroupNamePrefix: logGroupName }));
found.days = groups.logGroups[0].retentionInDays;
await functions.send(new L.DeleteFunctionCommand({ FunctionName }));
console.log(JSON.stringify(found));
