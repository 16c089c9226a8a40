// Program.cs; dotnet add package AWSSDK.LookoutforVision
using Amazon.LookoutforVision;
using Amazon.LookoutforVision.Model;

var client = new AmazonLookoutforVisionClient(new AmazonLookoutforVisionConfig
{
    ServiceURL = "http://127.0.0.1:8080",
    AuthenticationRegion = "us-east-1",
});
var answer = await client.DetectAnomaliesAsync(new DetectAnomaliesRequest
{
    ProjectName = "programs-doors",
    ModelVersion = "1",
    ContentType = "image/jpeg",
    Body = File.OpenRead("picture.jpg"),
});
Console.WriteLine($"{answer.DetectAnomalyResult.IsAnomalous} {answer.DetectAnomalyResult.Confidence}");
