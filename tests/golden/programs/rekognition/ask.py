# pip install boto3
import boto3

client = boto3.client("rekognition", endpoint_url="http://127.0.0.1:8080", region_name="us-east-1")
with open("picture.jpg", "rb") as picture:
    answer = client.detect_custom_labels(
        ProjectVersionArn="arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000",
        Image={"Bytes": picture.read()},
    )
for label in answer["CustomLabels"]:
    print(label["Name"], label["Confidence"], label.get("Geometry", {}).get("BoundingBox"))
