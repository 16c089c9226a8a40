/**
 * Programs that ask this version: with its ARN, the server's address and the region; only the key is the reader's.
 *
 * What each says is held in tests/golden/programs, where Python runs and compiles them; here stands how it is put
 * together: a frame for each language, around what the two services call their operation and its parts.
 */
import type { ModelPlace } from "./model";

export interface SnippetFacts extends ModelPlace {
  readonly endpoint: string;
  readonly region: string;
}

/** A name that points to the version: what asks by it needs no change when the name moves. */
export interface AskedAlias {
  readonly name: string;
  readonly arn: string;
}

export interface Snippet {
  readonly id: "boto3" | "cli" | "curl" | "python" | "javascript" | "java" | "csharp" | "go" | "edge";
  /** A name of a language or a program: the same in every language. */
  readonly name: string;
  readonly code: string;
}

/** What every one of them reads: the key's place. */
export function credentialsOf({ endpoint, region }: SnippetFacts): string {
  return `export AWS_ACCESS_KEY_ID=YOUR_ACCESS_KEY_ID
export AWS_SECRET_ACCESS_KEY=YOUR_SECRET_ACCESS_KEY
export AWS_DEFAULT_REGION=${region}
export AWS_ENDPOINT_URL=${endpoint}
`;
}

/** With an alias, what asks a server asks by it; what is fetched and run elsewhere is a version. */
export function snippetsOf(facts: SnippetFacts, alias?: AskedAlias): readonly Snippet[] {
  const asked = alias === undefined ? facts : { ...facts, arn: alias.arn, version: alias.name };
  return [
    { id: "boto3", name: "Python (boto3)", code: boto3(asked) },
    { id: "cli", name: "AWS CLI", code: awsCli(asked) },
    { id: "curl", name: "curl", code: curl(asked) },
    { id: "javascript", name: "JavaScript", code: javaScript(asked) },
    { id: "java", name: "Java", code: java(asked) },
    { id: "csharp", name: "C#", code: cSharp(asked) },
    { id: "go", name: "Go", code: go(asked) },
    { id: "python", name: "Python (vedette)", code: library(facts) },
    { id: "edge", name: "Edge", code: edge(facts) },
  ];
}

/** One of two texts: what the labels' service is asked with, or the anomalies'. */
function either({ service }: SnippetFacts, labels: string, anomalies: string): string {
  return service === "rekognition" ? labels : anomalies;
}

/** Newer clients of Python do not know the closed service by themselves. */
function sdkOf(facts: SnippetFacts): string {
  return either(facts, "", "; vedette sdk install");
}

function boto3(facts: SnippetFacts): string {
  const { service, endpoint, region, arn, project, version } = facts;
  const operation = either(facts, "detect_custom_labels", "detect_anomalies");
  const members = either(
    facts,
    `        ProjectVersionArn="${arn}",
        Image={"Bytes": picture.read()},`,
    `        ProjectName="${project}",
        ModelVersion="${version}",
        ContentType="image/jpeg",
        Body=picture.read(),`,
  );
  const print = either(
    facts,
    `for label in answer["CustomLabels"]:
    print(label["Name"], label["Confidence"], label.get("Geometry", {}).get("BoundingBox"))`,
    `result = answer["DetectAnomalyResult"]
print(result["IsAnomalous"], result["Confidence"], result.get("Anomalies", []))`,
  );
  return `# pip install boto3${sdkOf(facts)}
import boto3

client = boto3.client("${service}", endpoint_url="${endpoint}", region_name="${region}")
with open("picture.jpg", "rb") as picture:
    answer = client.${operation}(
${members}
    )
${print}
`;
}

function awsCli(facts: SnippetFacts): string {
  const { service, endpoint, region, arn, project, version } = facts;
  const command = either(facts, "detect-custom-labels", "detect-anomalies");
  const members = either(
    facts,
    `--project-version-arn ${arn} \\
  --image-bytes fileb://picture.jpg`,
    `--project-name ${project} --model-version ${version} \\
  --content-type image/jpeg --body picture.jpg`,
  );
  return `# pip install awscli${sdkOf(facts)}
aws ${service} ${command} \\
  --endpoint-url ${endpoint} --region ${region} \\
  ${members}
`;
}

function curl(facts: SnippetFacts): string {
  const { service, endpoint, region, arn, project, version } = facts;
  const before = either(
    facts,
    `printf '{"ProjectVersionArn": "%s", "Image": {"Bytes": "%s"}}' \\
  ${arn} "$(base64 < picture.jpg | tr -d '\\n')" |
`,
    "",
  );
  const body = either(
    facts,
    `--header "Content-Type: application/x-amz-json-1.1" \\
  --header "X-Amz-Target: RekognitionService.DetectCustomLabels" \\
  --data-binary @- ${endpoint}/`,
    `--header "Content-Type: image/jpeg" --data-binary @picture.jpg \\
  ${endpoint}/2020-11-20/projects/${project}/models/${version}/detect`,
  );
  return `${before}curl --silent --show-error --fail-with-body --aws-sigv4 aws:amz:${region}:${service} \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  ${body}
`;
}

function javaScript(facts: SnippetFacts): string {
  const { service, endpoint, region, arn, project, version } = facts;
  const command = either(facts, "DetectCustomLabelsCommand", "DetectAnomaliesCommand");
  const client = either(facts, "RekognitionClient", "LookoutVisionClient");
  const members = either(
    facts,
    `    ProjectVersionArn: "${arn}",
    Image: { Bytes: await readFile("picture.jpg") },`,
    `    ProjectName: "${project}",
    ModelVersion: "${version}",
    ContentType: "image/jpeg",
    Body: await readFile("picture.jpg"),`,
  );
  const print = either(
    facts,
    `for (const label of answer.CustomLabels ?? []) {
  console.log(label.Name, label.Confidence, label.Geometry?.BoundingBox);
}`,
    `console.log(answer.DetectAnomalyResult?.IsAnomalous, answer.DetectAnomalyResult?.Confidence);`,
  );
  return `// detect.mjs; npm install @aws-sdk/client-${service}
import { readFile } from "node:fs/promises";
import { ${command}, ${client} } from "@aws-sdk/client-${service}";

const client = new ${client}({ endpoint: "${endpoint}", region: "${region}" });
const answer = await client.send(
  new ${command}({
${members}
  }),
);
${print}
`;
}

function java(facts: SnippetFacts): string {
  const { service, endpoint, region, arn, project, version } = facts;
  const client = either(facts, "RekognitionClient", "LookoutVisionClient");
  const imports = either(
    facts,
    `import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.SdkBytes;`,
    `import java.nio.file.Path;
import software.amazon.awssdk.core.sync.RequestBody;`,
  );
  const more = either(
    facts,
    "",
    `
import software.amazon.awssdk.services.lookoutvision.model.DetectAnomalyResult;`,
  );
  const ask = either(
    facts,
    `        SdkBytes picture = SdkBytes.fromByteArray(Files.readAllBytes(Path.of("picture.jpg")));
        client.detectCustomLabels(request -> request
                .projectVersionArn("${arn}")
                .image(image -> image.bytes(picture)))
            .customLabels()
            .forEach(label -> System.out.println(label.name() + " " + label.confidence()));`,
    `        DetectAnomalyResult result = client.detectAnomalies(request -> request
                .projectName("${project}")
                .modelVersion("${version}")
                .contentType("image/jpeg"),
            RequestBody.fromFile(Path.of("picture.jpg"))).detectAnomalyResult();
        System.out.println(result.isAnomalous() + " " + result.confidence());`,
  );
  return `// Detect.java; Maven: software.amazon.awssdk:${service}
import java.net.URI;
${imports}
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.${service}.${client};${more}

public class Detect {
    public static void main(String[] args) throws Exception {
        ${client} client = ${client}.builder()
            .endpointOverride(URI.create("${endpoint}"))
            .region(Region.of("${region}"))
            .build();
${ask}
    }
}
`;
}

function cSharp(facts: SnippetFacts): string {
  const { endpoint, region, arn, project, version } = facts;
  const name = either(facts, "Rekognition", "LookoutforVision");
  const operation = either(facts, "DetectCustomLabels", "DetectAnomalies");
  const members = either(
    facts,
    `    ProjectVersionArn = "${arn}",
    Image = new Image { Bytes = new MemoryStream(await File.ReadAllBytesAsync("picture.jpg")) },`,
    `    ProjectName = "${project}",
    ModelVersion = "${version}",
    ContentType = "image/jpeg",
    Body = File.OpenRead("picture.jpg"),`,
  );
  const print = either(
    facts,
    `foreach (var label in answer.CustomLabels)
{
    Console.WriteLine($"{label.Name} {label.Confidence}");
}`,
    `Console.WriteLine($"{answer.DetectAnomalyResult.IsAnomalous} {answer.DetectAnomalyResult.Confidence}");`,
  );
  return `// Program.cs; dotnet add package AWSSDK.${name}
using Amazon.${name};
using Amazon.${name}.Model;

var client = new Amazon${name}Client(new Amazon${name}Config
{
    ServiceURL = "${endpoint}",
    AuthenticationRegion = "${region}",
});
var answer = await client.${operation}Async(new ${operation}Request
{
${members}
});
${print}
`;
}

function go(facts: SnippetFacts): string {
  const { service, endpoint, region, arn, project, version } = facts;
  const operation = either(facts, "DetectCustomLabels", "DetectAnomalies");
  const types = either(
    facts,
    `
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"`,
    "",
  );
  const read = either(facts, "ReadFile", "Open");
  const members = either(
    facts,
    `		ProjectVersionArn: aws.String("${arn}"),
		Image:             &types.Image{Bytes: picture},`,
    `		ProjectName:  aws.String("${project}"),
		ModelVersion: aws.String("${version}"),
		ContentType:  aws.String("image/jpeg"),
		Body:         picture,`,
  );
  const print = either(
    facts,
    `	for _, label := range answer.CustomLabels {
		fmt.Println(*label.Name, *label.Confidence)
	}`,
    `	fmt.Println(answer.DetectAnomalyResult.IsAnomalous, *answer.DetectAnomalyResult.Confidence)`,
  );
  return `// main.go; go get github.com/aws/aws-sdk-go-v2/config github.com/aws/aws-sdk-go-v2/service/${service}
package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/${service}"${types}
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("${region}"))
	if err != nil {
		log.Fatal(err)
	}
	client := ${service}.NewFromConfig(settings, func(options *${service}.Options) {
		options.BaseEndpoint = aws.String("${endpoint}")
	})
	picture, err := os.${read}("picture.jpg")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.${operation}(ctx, &${service}.${operation}Input{
${members}
	})
	if err != nil {
		log.Fatal(err)
	}
${print}
}
`;
}

/** Without the server: the model's package in a program. */
function library(facts: SnippetFacts): string {
  const print = either(
    facts,
    `for finding in answer.findings:
    print(finding.label, finding.confidence, finding.box)`,
    `print("anomalous" if answer.is_anomalous else "normal", answer.confidence)
for finding in answer.findings:
    print(finding.label, finding.confidence)`,
  );
  return `# pip install vedette. The model in your own program, without the server: fetch it by Download the model.
import vedette

model = vedette.load("model.zip")
answer = model.detect("picture.jpg")
${print}
`;
}

/** On a device, without the server: the package fetched, and a folder of pictures looked through. */
function edge({ service, project, version, endpoint }: SnippetFacts): string {
  return `pip install vedette
vedette model download --endpoint ${endpoint} --service ${service} \\
  --project ${project} --version ${version} --out model.zip
vedette detect model.zip pictures --json > findings.jsonl
`;
}
