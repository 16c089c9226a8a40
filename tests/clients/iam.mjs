// IAM by the JavaScript SDK: a user, a key and a policy are made, used and taken away.
import {
  AttachUserPolicyCommand, CreateAccessKeyCommand, CreateUserCommand, DeleteAccessKeyCommand, DeleteUserCommand,
  DetachUserPolicyCommand, GetUserCommand, IAMClient, ListAttachedUserPoliciesCommand, paginateListUsers,
  PutUserPolicyCommand, SimulatePrincipalPolicyCommand, DeleteUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { DescribeProjectsCommand, RekognitionClient } from '@aws-sdk/client-rekognition';

const iam = new IAMClient({ region: 'us-east-1' });
const UserName = `js-${process.argv[2]}`;
const said = {};
const { User } = await iam.send(new CreateUserCommand({ UserName, Path: '/js/' }));
said.arn = User.Arn.split(':').pop();
const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
const credentials = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
const rekognition = new RekognitionClient({ region: 'us-east-1', credentials });
const describe = () => rekognition.send(new DescribeProjectsCommand({})).then(() => 'answered', (error) => error.name);
said.before = await describe();
const document = { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'rekognition:Describe*', Resource: '*' } };
await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'see', PolicyDocument: JSON.stringify(document) }));
said.after = await describe();
const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
said.attached = (await iam.send(new ListAttachedUserPoliciesCommand({ UserName }))).AttachedPolicies;
const { EvaluationResults } = await iam.send(
  new SimulatePrincipalPolicyCommand({ PolicySourceArn: User.Arn, ActionNames: ['s3:GetObject', 's3:PutObject'] }),
);
said.simulated = EvaluationResults.map((result) => result.EvalDecision);
const names = [];
for await (const page of paginateListUsers({ client: iam, pageSize: 1 }, { PathPrefix: '/js/' })) {
  names.push(...page.Users.map((user) => user.UserName));
}
said.listed = names.includes(UserName);
said.conflict = await iam.send(new DeleteUserCommand({ UserName })).catch((error) => error.name);
await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId: AccessKey.AccessKeyId }));
await iam.send(new DetachUserPolicyCommand({ UserName, PolicyArn }));
await iam.send(new DeleteUserPolicyCommand({ UserName, PolicyName: 'see' }));
await iam.send(new DeleteUserCommand({ UserName }));
said.missing = await iam.send(new GetUserCommand({ UserName })).catch((error) => error.name);
console.log(JSON.stringify(said));
