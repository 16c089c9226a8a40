#!/bin/bash
# bash walk.sh prepare | train | use VERSION_ARN PICTURE; pip install awscli
set -euo pipefail

project() { aws rekognition describe-projects --project-names boards --query 'ProjectDescriptions[0].ProjectArn' --output text; }
dataset() { aws rekognition describe-projects --project-names boards --query 'ProjectDescriptions[0].Datasets[0].DatasetArn' --output text; }

case "$1" in
prepare)
  aws rekognition create-project --project-name boards
  aws rekognition create-dataset --project-arn "$(project)" --dataset-type TRAIN \
    --dataset-source 'GroundTruthManifest={S3Object={Bucket=my-bucket,Name=train.manifest}}'
  while aws rekognition describe-dataset --dataset-arn "$(dataset)" | grep CREATE_IN_PROGRESS; do sleep 1; done
  aws rekognition update-dataset-entries --dataset-arn "$(dataset)" \
    --changes "GroundTruth=$(printf '{"source-ref": "s3://my-bucket/more.jpg"}' | base64)"
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
