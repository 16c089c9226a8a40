// detect.mjs; npm install @aws-sdk/client-lookoutvision
import { readFile } from "node:fs/promises";
import { DetectAnomaliesCommand, LookoutVisionClient } from "@aws-sdk/client-lookoutvision";

const client = new LookoutVisionClient({ endpoint: "http://127.0.0.1:8080", region: "us-east-1" });
const answer = await client.send(
  new DetectAnomaliesCommand({
    ProjectName: "programs-doors",
    ModelVersion: "1",
    ContentType: "image/jpeg",
    Body: await readFile("picture.jpg"),
  }),
);
console.log(answer.DetectAnomalyResult?.IsAnomalous, answer.DetectAnomalyResult?.Confidence);
