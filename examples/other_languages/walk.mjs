// node walk.mjs prepare | train | use VERSION_ARN PICTURE; npm install @aws-sdk/client-rekognition
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import * as R from "@aws-sdk/client-rekognition";

const client = new R.RekognitionClient({
  endpoint: process.env.AWS_ENDPOINT_URL,
  region: process.env.AWS_DEFAULT_REGION,
});

async function project() {
  const answer = await client.send(new R.DescribeProjectsCommand({ ProjectNames: ["boards"] }));
  return answer.ProjectDescriptions[0];
}

async function prepare() {
  const { ProjectArn } = await client.send(new R.CreateProjectCommand({ ProjectName: "boards" }));
  const { DatasetArn } = await client.send(
    new R.CreateDatasetCommand({
      ProjectArn,
      DatasetType: "TRAIN",
      DatasetSource: { GroundTruthManifest: { S3Object: { Bucket: "my-bucket", Name: "train.manifest" } } },
    }),
  );
  const state = async () => (await client.send(new R.DescribeDatasetCommand({ DatasetArn }))).DatasetDescription.Status;
  while ((await state()).endsWith("IN_PROGRESS")) await sleep(1000);
  const line = JSON.stringify({ "source-ref": "s3://my-bucket/more.jpg" });
  await client.send(new R.UpdateDatasetEntriesCommand({ DatasetArn, Changes: { GroundTruth: Buffer.from(line) } }));
  while ((await state()).endsWith("IN_PROGRESS")) await sleep(1000);
  const entries = await client.send(new R.ListDatasetEntriesCommand({ DatasetArn, MaxResults: 100 }));
  console.log(entries.DatasetEntries.length, "entries");
}

async function train() {
  const { ProjectArn } = await project();
  const VersionName = "first";
  const OutputConfig = { S3Bucket: "my-bucket", S3KeyPrefix: "results" };
  await client.send(new R.CreateProjectVersionCommand({ ProjectArn, VersionName, OutputConfig }));
  for (;;) {
    const answer = await client.send(
      new R.DescribeProjectVersionsCommand({ ProjectArn, VersionNames: [VersionName] }),
    );
    const version = answer.ProjectVersionDescriptions[0];
    if (version.Status !== "TRAINING_IN_PROGRESS") {
      console.log(version.ProjectVersionArn, version.Status, version.EvaluationResult?.F1Score);
      return;
    }
    await sleep(5000);
  }
}

async function use(ProjectVersionArn, picture) {
  await client.send(new R.StartProjectVersionCommand({ ProjectVersionArn, MinInferenceUnits: 1 }));
  for (let tries = 0; ; tries++) {
    try {
      const Image = { Bytes: await readFile(picture) };
      const answer = await client.send(new R.DetectCustomLabelsCommand({ ProjectVersionArn, Image }));
      for (const label of answer.CustomLabels) console.log(label.Name, label.Confidence);
      break;
    } catch (error) {
      if (error.name !== "ResourceNotReadyException" || tries > 60) throw error;
      await sleep(1000);
    }
  }
  await client.send(new R.StopProjectVersionCommand({ ProjectVersionArn }));
}

const [step, ...words] = process.argv.slice(2);
await { prepare, train, use }[step](...words);
