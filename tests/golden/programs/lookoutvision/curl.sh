curl --silent --show-error --fail-with-body --aws-sigv4 aws:amz:us-east-1:lookoutvision \
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
  --header "Content-Type: image/jpeg" --data-binary @picture.jpg \
  http://127.0.0.1:8080/2020-11-20/projects/programs-doors/models/1/detect
