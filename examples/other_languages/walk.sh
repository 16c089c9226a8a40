#!/bin/bash
# bash walk.sh prepare | train | use VERSION_ARN PICTURE; pip install awscli
# Version 2 takes --cli-binary-format raw-in-base64-out with update-dataset-entries besides.
set -euo pipefail

project() { aws rekognition describe-projects --project-names boards --query 'ProjectDescriptions[0].ProjectArn' --output text; }
dataset() { aws rekognition describe-projects --project-names boards --query 'ProjectDescriptions[0].Datasets[0].DatasetArn' --output text; }
settle() { while aws rekognition describe-dataset --dataset-arn "$1" | grep IN_PROGRESS; do sleep 1; done; }

case "$1" in
prepare)
  aws rekognition create-project --project-name boards
  aws rekognition create-dataset --project-arn "$(project)" --dataset-type TRAIN \
    --dataset-source 'GroundTruthManifest={S3Object={Bucket=my-bucket,Name=train.manifest}}'
  settle "$(dataset)"
  aws rekognition update-dataset-entries --dataset-arn "$(dataset)" \
    --changes '{"GroundTruth": "{\"source-ref\": \"s3://my-bucket/more.jpg\"}"}'
  settle "$(dataset)"
  aws rekognition list-dataset-entries --dataset-arn "$(dataset)" --max-results 100
  ;;
train)
  aws rekognition create-project-version --project-arn "$(project)" --version-name first \
    --output-config S3Bucket=my-bucket,S3KeyPrefix=results
  aws rekognition describe-project-versions --project-arn "$(project)" --version-names first
  ;;
use)
  aws rekognition start-project-version --project-version-arn "$2" --min-inference-units 1
  for _ in $(seq 60); do
    aws rekognition detect-custom-labels --project-version-arn "$2" --image-bytes "fileb://$3" && break
    sleep 1
  done
  aws rekognition stop-project-version --project-version-arn "$2"
  ;;
esac
