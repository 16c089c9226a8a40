// An application of AWS's CDK: a line with its bucket, key, projects, people and alarm. `try_cdk.py` deploys it.
import * as cdk from 'aws-cdk-lib';
import * as watch from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { CfnProject as DoorsProject } from 'aws-cdk-lib/aws-lookoutvision';
import { CfnProject as BoardsProject } from 'aws-cdk-lib/aws-rekognition';
import * as s3 from 'aws-cdk-lib/aws-s3';

class Line extends cdk.Stack {
  constructor(scope, id, most, synthesizer) {
    super(scope, id, { synthesizer });
    const removalPolicy = cdk.RemovalPolicy.DESTROY;
    const encryptionKey = new kms.Key(this, 'Key', { enableKeyRotation: true, alias: id, removalPolicy });
    const pictures = new s3.Bucket(this, 'Pictures', {
      encryption: s3.BucketEncryption.KMS, encryptionKey, versioned: true, enforceSSL: true, removalPolicy,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    });
    const boards = new BoardsProject(this, 'Boards', { projectName: `boards-${id}` });
    new DoorsProject(this, 'Doors', { projectName: `doors-${id}` });
    const camera = new iam.User(this, 'Camera');
    pictures.grantReadWrite(camera);
    camera.addToPolicy(
      new iam.PolicyStatement({ actions: ['rekognition:DetectCustomLabels'], resources: [boards.attrArn] }),
    );
    pictures.grantRead(new iam.Role(this, 'Trainer', { assumedBy: new iam.AccountRootPrincipal() }));
    const metric = new watch.Metric({ namespace: 'AWS/Rekognition', metricName: 'ErrorCount', statistic: 'Sum' });
    new watch.Alarm(this, 'Errors', { metric, threshold: most, evaluationPeriods: 1 });
    new cdk.CfnOutput(this, 'Project', { value: boards.attrArn });
    new cdk.CfnOutput(this, 'Bucket', { value: pictures.bucketName, exportName: `${id}-pictures` });
  }
}

const app = new cdk.App();
const most = Number(app.node.tryGetContext('most') ?? 5);
new Line(app, 'line-4', most, new cdk.LegacyStackSynthesizer());
new Line(app, 'line-5', most, new cdk.CliCredentialsStackSynthesizer());
