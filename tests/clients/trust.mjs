// Roles and stacks through the JavaScript SDK; people are in iam.mjs. Prints one JSON object.
import * as C from '@aws-sdk/client-cloudformation';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';

const mark = process.argv[2];
const options = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1', maxAttempts: 1 };
const [iam, sts, stacks] = [new IAMClient(options), new STSClient(options), new C.CloudFormationClient(options)];
const nameOf = async (call) => call.then(() => 'none', (error) => error.name);
const found = {};

const { Account } = await sts.send(new GetCallerIdentityCommand({}));
const name = `js-${mark}`;
const statement = { Effect: 'Allow', Principal: { AWS: Account }, Action: 'sts:AssumeRole' };
const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
const asked = new AssumeRoleCommand({ RoleArn: Role.Arn, RoleSessionName: 'shift' });
const { Credentials } = await sts.send(asked);
const credentials = {
  accessKeyId: Credentials.AccessKeyId, secretAccessKey: Credentials.SecretAccessKey, sessionToken: Credentials.SessionToken,
};
const session = new STSClient({ ...options, credentials });
found.session = (await session.send(new GetCallerIdentityCommand({}))).Arn.split(':').pop();
await iam.send(new DeleteRoleCommand({ RoleName: name }));

const TemplateBody = JSON.stringify({
  Parameters: { Name: { Type: 'String' } },
  Resources: { P: { Type: 'AWS::Rekognition::Project', Properties: { ProjectName: { Ref: 'Name' } } } },
  Outputs: { Arn: { Value: { 'Fn::GetAtt': ['P', 'Arn'] } } },
});
const Parameters = [{ ParameterKey: 'Name', ParameterValue: name }];
const within = (StackName) => [{ client: stacks, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }, { StackName }];
await stacks.send(new C.CreateStackCommand({ StackName: name, TemplateBody, Parameters }));
await C.waitUntilStackCreateComplete(...within(name));
const [stack] = (await stacks.send(new C.DescribeStacksCommand({ StackName: name }))).Stacks;
found.output = stack.Outputs[0].OutputValue.split('/')[1];
const { StackDriftDetectionId } = await stacks.send(new C.DetectStackDriftCommand({ StackName: name }));
const look = new C.DescribeStackDriftDetectionStatusCommand({ StackDriftDetectionId });
found.drift = (await stacks.send(look)).StackDriftStatus;
const again = new C.UpdateStackCommand({ StackName: name, UsePreviousTemplate: true, Parameters });
found.twice = await nameOf(stacks.send(again));
await stacks.send(new C.DeleteStackCommand({ StackName: name }));
await C.waitUntilStackDeleteComplete(...within(stack.StackId));
found.deleted = await nameOf(stacks.send(new C.DescribeStacksCommand({ StackName: name })));
console.log(JSON.stringify(found));
