// go run . prepare | train | use VERSION_ARN PICTURE
// go get github.com/aws/aws-sdk-go-v2/config github.com/aws/aws-sdk-go-v2/service/rekognition
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
)

var ctx = context.Background()

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func settle(client *rekognition.Client, dataset *string) {
	for {
		answer := must(client.DescribeDataset(ctx, &rekognition.DescribeDatasetInput{DatasetArn: dataset}))
		if !strings.HasSuffix(string(answer.DatasetDescription.Status), "IN_PROGRESS") {
			return
		}
		time.Sleep(time.Second)
	}
}

func prepare(client *rekognition.Client) {
	project := must(client.CreateProject(ctx, &rekognition.CreateProjectInput{ProjectName: aws.String("boards")}))
	place := &types.S3Object{Bucket: aws.String("my-bucket"), Name: aws.String("train.manifest")}
	dataset := must(client.CreateDataset(ctx, &rekognition.CreateDatasetInput{
		ProjectArn:    project.ProjectArn,
		DatasetType:   types.DatasetTypeTrain,
		DatasetSource: &types.DatasetSource{GroundTruthManifest: &types.GroundTruthManifest{S3Object: place}},
	})).DatasetArn
	settle(client, dataset)
	line := []byte(`{"source-ref": "s3://my-bucket/more.jpg"}`)
	must(client.UpdateDatasetEntries(ctx, &rekognition.UpdateDatasetEntriesInput{
		DatasetArn: dataset,
		Changes:    &types.DatasetChanges{GroundTruth: line},
	}))
	settle(client, dataset)
	entries := must(client.ListDatasetEntries(ctx, &rekognition.ListDatasetEntriesInput{
		DatasetArn: dataset,
		MaxResults: aws.Int32(100),
	}))
	fmt.Println(len(entries.DatasetEntries), "entries")
}

func train(client *rekognition.Client) {
	names := []string{"boards"}
	found := must(client.DescribeProjects(ctx, &rekognition.DescribeProjectsInput{ProjectNames: names}))
	project := found.ProjectDescriptions[0].ProjectArn
	must(client.CreateProjectVersion(ctx, &rekognition.CreateProjectVersionInput{
		ProjectArn:   project,
		VersionName:  aws.String("first"),
		OutputConfig: &types.OutputConfig{S3Bucket: aws.String("my-bucket"), S3KeyPrefix: aws.String("results")},
	}))
	for {
		answer := must(client.DescribeProjectVersions(ctx, &rekognition.DescribeProjectVersionsInput{
			ProjectArn:   project,
			VersionNames: []string{"first"},
		}))
		version := answer.ProjectVersionDescriptions[0]
		fmt.Println(*version.ProjectVersionArn, version.Status)
		if version.Status != types.ProjectVersionStatusTrainingInProgress {
			return
		}
		time.Sleep(5 * time.Second)
	}
}

func use(client *rekognition.Client, version, picture string) {
	must(client.StartProjectVersion(ctx, &rekognition.StartProjectVersionInput{
		ProjectVersionArn: &version,
		MinInferenceUnits: aws.Int32(1),
	}))
	for {
		answer, err := client.DetectCustomLabels(ctx, &rekognition.DetectCustomLabelsInput{
			ProjectVersionArn: &version,
			Image:             &types.Image{Bytes: must(os.ReadFile(picture))},
		})
		var starting *types.ResourceNotReadyException
		if errors.As(err, &starting) {
			time.Sleep(time.Second)
			continue
		}
		for _, label := range must(answer, err).CustomLabels {
			fmt.Println(*label.Name, *label.Confidence)
		}
		break
	}
	must(client.StopProjectVersion(ctx, &rekognition.StopProjectVersionInput{ProjectVersionArn: &version}))
}

func main() {
	settings := must(config.LoadDefaultConfig(ctx))
	client := rekognition.NewFromConfig(settings, func(options *rekognition.Options) {
		options.BaseEndpoint = aws.String(os.Getenv("AWS_ENDPOINT_URL"))
	})
	switch os.Args[1] {
	case "prepare":
		prepare(client)
	case "train":
		train(client)
	default:
		use(client, os.Args[2], os.Args[3])
	}
}
