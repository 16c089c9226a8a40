printf '{"ProjectVersionArn": "%s", "Image": {"Bytes": "%s"}}' \
  arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000 "$(base64 < picture.jpg | tr -d '\n')" |
curl --silent --show-error --fail-with-body --aws-sigv4 aws:amz:us-east-1:rekognition \
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
  --header "Content-Type: application/x-amz-json-1.1" \
  --header "X-Amz-Target: RekognitionService.DetectCustomLabels" \
  --data-binary @- http://127.0.0.1:8080/
