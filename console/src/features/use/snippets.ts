/** Programs that ask this version: with its ARN, the server's address and the region; only the key is the reader's. */
import type { ModelPlace } from "./model";

export interface SnippetFacts extends ModelPlace {
  readonly endpoint: string;
  readonly region: string;
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

export function snippetsOf(facts: SnippetFacts): readonly Snippet[] {
  const own = facts.service === "rekognition" ? labels(facts) : anomalies(facts);
  return [...own, ...along(facts)];
}

function labels({ endpoint, region, arn }: SnippetFacts): Snippet[] {
  return [
    {
      id: "boto3",
      name: "Python (boto3)",
      code: `import boto3

rekognition = boto3.client("rekognition", endpoint_url="${endpoint}", region_name="${region}")
with open("picture.jpg", "rb") as picture:
    answer = rekognition.detect_custom_labels(
        ProjectVersionArn="${arn}",
        Image={"Bytes": picture.read()},
    )
for label in answer["CustomLabels"]:
    print(label["Name"], label["Confidence"], label.get("Geometry", {}).get("BoundingBox"))
`,
    },
    {
      id: "cli",
      name: "AWS CLI",
      code: `aws rekognition detect-custom-labels \\
  --endpoint-url ${endpoint} --region ${region} \\
  --project-version-arn ${arn} \\
  --image-bytes fileb://picture.jpg
`,
    },
    {
      id: "curl",
      name: "curl",
      code: `printf '{"ProjectVersionArn": "%s", "Image": {"Bytes": "%s"}}' \\
  ${arn} "$(base64 < picture.jpg | tr -d '\\n')" |
curl --silent --show-error --aws-sigv4 aws:amz:${region}:rekognition \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  --header "Content-Type: application/x-amz-json-1.1" \\
  --header "X-Amz-Target: RekognitionService.DetectCustomLabels" \\
  --data-binary @- ${endpoint}/
`,
    },
    {
      id: "javascript",
      name: "JavaScript",
      code: `import { readFile } from "node:fs/promises";
import { DetectCustomLabelsCommand, RekognitionClient } from "@aws-sdk/client-rekognition";

const client = new RekognitionClient({ endpoint: "${endpoint}", region: "${region}" });
const answer = await client.send(
  new DetectCustomLabelsCommand({
    ProjectVersionArn: "${arn}",
    Image: { Bytes: await readFile("picture.jpg") },
  }),
);
for (const label of answer.CustomLabels) {
  console.log(label.Name, label.Confidence, label.Geometry?.BoundingBox);
}
`,
    },
    {
      id: "java",
      name: "Java",
      code: `import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rekognition.RekognitionClient;

public class Detect {
    public static void main(String[] args) throws Exception {
        RekognitionClient client = RekognitionClient.builder()
            .endpointOverride(URI.create("${endpoint}"))
            .region(Region.of("${region}"))
            .build();
        SdkBytes picture = SdkBytes.fromByteArray(Files.readAllBytes(Path.of("picture.jpg")));
        client.detectCustomLabels(request -> request
                .projectVersionArn("${arn}")
                .image(image -> image.bytes(picture)))
            .customLabels()
            .forEach(label -> System.out.println(label.name() + " " + label.confidence()));
    }
}
`,
    },
    {
      id: "csharp",
      name: "C#",
      code: `using Amazon.Rekognition;
using Amazon.Rekognition.Model;

var client = new AmazonRekognitionClient(new AmazonRekognitionConfig
{
    ServiceURL = "${endpoint}",
    AuthenticationRegion = "${region}",
});
var answer = await client.DetectCustomLabelsAsync(new DetectCustomLabelsRequest
{
    ProjectVersionArn = "${arn}",
    Image = new Image { Bytes = new MemoryStream(await File.ReadAllBytesAsync("picture.jpg")) },
});
foreach (var label in answer.CustomLabels)
{
    Console.WriteLine($"{label.Name} {label.Confidence}");
}
`,
    },
    {
      id: "go",
      name: "Go",
      code: `package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("${region}"))
	if err != nil {
		log.Fatal(err)
	}
	client := rekognition.NewFromConfig(settings, func(options *rekognition.Options) {
		options.BaseEndpoint = aws.String("${endpoint}")
	})
	picture, err := os.ReadFile("picture.jpg")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.DetectCustomLabels(ctx, &rekognition.DetectCustomLabelsInput{
		ProjectVersionArn: aws.String("${arn}"),
		Image:             &types.Image{Bytes: picture},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, label := range answer.CustomLabels {
		fmt.Println(*label.Name, *label.Confidence)
	}
}
`,
    },
  ];
}

function anomalies({ endpoint, region, project, version }: SnippetFacts): Snippet[] {
  return [
    {
      id: "boto3",
      name: "Python (boto3)",
      code: `import boto3

lookout = boto3.client("lookoutvision", endpoint_url="${endpoint}", region_name="${region}")
with open("picture.jpg", "rb") as picture:
    answer = lookout.detect_anomalies(
        ProjectName="${project}",
        ModelVersion="${version}",
        ContentType="image/jpeg",
        Body=picture.read(),
    )
result = answer["DetectAnomalyResult"]
print(result["IsAnomalous"], result["Confidence"], result.get("Anomalies", []))
`,
    },
    {
      id: "cli",
      name: "AWS CLI",
      code: `aws lookoutvision detect-anomalies \\
  --endpoint-url ${endpoint} --region ${region} \\
  --project-name ${project} --model-version ${version} \\
  --content-type image/jpeg --body picture.jpg
`,
    },
    {
      id: "curl",
      name: "curl",
      code: `curl --silent --show-error --aws-sigv4 aws:amz:${region}:lookoutvision \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \\
  --header "Content-Type: image/jpeg" --data-binary @picture.jpg \\
  ${endpoint}/2020-11-20/projects/${project}/models/${version}/detect
`,
    },
    {
      id: "javascript",
      name: "JavaScript",
      code: `import { readFile } from "node:fs/promises";
import { DetectAnomaliesCommand, LookoutVisionClient } from "@aws-sdk/client-lookoutvision";

const client = new LookoutVisionClient({ endpoint: "${endpoint}", region: "${region}" });
const answer = await client.send(
  new DetectAnomaliesCommand({
    ProjectName: "${project}",
    ModelVersion: "${version}",
    ContentType: "image/jpeg",
    Body: await readFile("picture.jpg"),
  }),
);
console.log(answer.DetectAnomalyResult.IsAnomalous, answer.DetectAnomalyResult.Confidence);
`,
    },
    {
      id: "java",
      name: "Java",
      code: `import java.net.URI;
import java.nio.file.Path;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lookoutvision.LookoutVisionClient;
import software.amazon.awssdk.services.lookoutvision.model.DetectAnomalyResult;

public class Detect {
    public static void main(String[] args) {
        LookoutVisionClient client = LookoutVisionClient.builder()
            .endpointOverride(URI.create("${endpoint}"))
            .region(Region.of("${region}"))
            .build();
        DetectAnomalyResult result = client.detectAnomalies(request -> request
                .projectName("${project}")
                .modelVersion("${version}")
                .contentType("image/jpeg"),
            RequestBody.fromFile(Path.of("picture.jpg"))).detectAnomalyResult();
        System.out.println(result.isAnomalous() + " " + result.confidence());
    }
}
`,
    },
    {
      id: "csharp",
      name: "C#",
      code: `using Amazon.LookoutforVision;
using Amazon.LookoutforVision.Model;

var client = new AmazonLookoutforVisionClient(new AmazonLookoutforVisionConfig
{
    ServiceURL = "${endpoint}",
    AuthenticationRegion = "${region}",
});
var answer = await client.DetectAnomaliesAsync(new DetectAnomaliesRequest
{
    ProjectName = "${project}",
    ModelVersion = "${version}",
    ContentType = "image/jpeg",
    Body = File.OpenRead("picture.jpg"),
});
Console.WriteLine($"{answer.DetectAnomalyResult.IsAnomalous} {answer.DetectAnomalyResult.Confidence}");
`,
    },
    {
      id: "go",
      name: "Go",
      code: `package main

import (
	"context"
	"fmt"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/lookoutvision"
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("${region}"))
	if err != nil {
		log.Fatal(err)
	}
	client := lookoutvision.NewFromConfig(settings, func(options *lookoutvision.Options) {
		options.BaseEndpoint = aws.String("${endpoint}")
	})
	picture, err := os.Open("picture.jpg")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.DetectAnomalies(ctx, &lookoutvision.DetectAnomaliesInput{
		ProjectName:  aws.String("${project}"),
		ModelVersion: aws.String("${version}"),
		ContentType:  aws.String("image/jpeg"),
		Body:         picture,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.DetectAnomalyResult.IsAnomalous, *answer.DetectAnomalyResult.Confidence)
}
`,
    },
  ];
}

/** Without the server: the model's package in a program, and on a device. */
function along({ service, project, version, endpoint }: SnippetFacts): Snippet[] {
  const fetch = `vedette model download --endpoint ${endpoint} --service ${service} \\
  --project ${project} --version ${version} --out model.zip
`;
  return [
    {
      id: "python",
      name: "Python (vedette)",
      code: `# The model in your own program, without the server. Fetch it first: Download the model, above.
import vedette

model = vedette.load("model.zip")
answer = model.detect("picture.jpg")
if answer.is_anomalous is not None:
    print("anomalous" if answer.is_anomalous else "normal", answer.confidence)
for finding in answer.findings:
    print(finding.label, finding.confidence, finding.box)
`,
    },
    {
      id: "edge",
      name: "Edge",
      code: `pip install vedette
${fetch}vedette detect model.zip pictures --json > findings.jsonl
`,
    },
  ];
}
