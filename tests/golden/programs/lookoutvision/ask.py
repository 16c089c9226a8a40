# pip install boto3; vedette sdk install
import boto3

client = boto3.client("lookoutvision", endpoint_url="http://127.0.0.1:8080", region_name="us-east-1")
with open("picture.jpg", "rb") as picture:
    answer = client.detect_anomalies(
        ProjectName="programs-doors",
        ModelVersion="1",
        ContentType="image/jpeg",
        Body=picture.read(),
    )
result = answer["DetectAnomalyResult"]
print(result["IsAnomalous"], result["Confidence"], result.get("Anomalies", []))
