# pip install vedette. The model in your own program, without the server: fetch it by Download the model.
import vedette

model = vedette.load("model.zip")
answer = model.detect("picture.jpg")
print("anomalous" if answer.is_anomalous else "normal", answer.confidence)
for finding in answer.findings:
    print(finding.label, finding.confidence)
