# pip install awscli; vedette sdk install
aws lookoutvision detect-anomalies \
  --endpoint-url http://127.0.0.1:8080 --region us-east-1 \
  --project-name programs-doors --model-version 1 \
  --content-type image/jpeg --body picture.jpg
