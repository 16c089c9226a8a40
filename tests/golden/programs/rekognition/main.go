// main.go; go get github.com/aws/aws-sdk-go-v2/config github.com/aws/aws-sdk-go-v2/service/rekognition
package main

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
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		log.Fatal(err)
	}
	client := rekognition.NewFromConfig(settings, func(options *rekognition.Options) {
		options.BaseEndpoint = aws.String("http://127.0.0.1:8080")
	})
	picture, err := os.ReadFile("picture.jpg")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.DetectCustomLabels(ctx, &rekognition.DetectCustomLabelsInput{
		ProjectVersionArn: aws.String("arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000"),
		Image:             &types.Image{Bytes: picture},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, label := range answer.CustomLabels {
		fmt.Println(*label.Name, *label.Confidence)
	}
}
