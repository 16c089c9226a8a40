// main.go; go get github.com/aws/aws-sdk-go-v2/config github.com/aws/aws-sdk-go-v2/service/lookoutvision
package main

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
	settings, err := config.LoadDefaultConfig(ctx, config.WithRegion("us-east-1"))
	if err != nil {
		log.Fatal(err)
	}
	client := lookoutvision.NewFromConfig(settings, func(options *lookoutvision.Options) {
		options.BaseEndpoint = aws.String("http://127.0.0.1:8080")
	})
	picture, err := os.Open("picture.jpg")
	if err != nil {
		log.Fatal(err)
	}
	answer, err := client.DetectAnomalies(ctx, &lookoutvision.DetectAnomaliesInput{
		ProjectName:  aws.String("programs-doors"),
		ModelVersion: aws.String("1"),
		ContentType:  aws.String("image/jpeg"),
		Body:         picture,
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.DetectAnomalyResult.IsAnomalous, *answer.DetectAnomalyResult.Confidence)
}
