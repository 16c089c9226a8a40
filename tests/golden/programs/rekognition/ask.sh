# pip install awscli
aws rekognition detect-custom-labels \
  --endpoint-url http://127.0.0.1:8080 --region us-east-1 \
  --project-version-arn arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000 \
  --image-bytes fileb://picture.jpg
