// detect.mjs; npm install @aws-sdk/client-rekognition
import { readFile } from "node:fs/promises";
import { DetectCustomLabelsCommand, RekognitionClient } from "@aws-sdk/client-rekognition";

const client = new RekognitionClient({ endpoint: "http://127.0.0.1:8080", region: "us-east-1" });
const answer = await client.send(
  new DetectCustomLabelsCommand({
    ProjectVersionArn: "arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000",
    Image: { Bytes: await readFile("picture.jpg") },
  }),
);
for (const label of answer.CustomLabels ?? []) {
  console.log(label.Name, label.Confidence, label.Geometry?.BoundingBox);
}
