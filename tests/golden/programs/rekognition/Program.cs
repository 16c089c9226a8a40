// Program.cs; dotnet add package AWSSDK.Rekognition
using Amazon.Rekognition;
using Amazon.Rekognition.Model;

var client = new AmazonRekognitionClient(new AmazonRekognitionConfig
{
    ServiceURL = "http://127.0.0.1:8080",
    AuthenticationRegion = "us-east-1",
});
var answer = await client.DetectCustomLabelsAsync(new DetectCustomLabelsRequest
{
    ProjectVersionArn = "arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000",
    Image = new Image { Bytes = new MemoryStream(await File.ReadAllBytesAsync("picture.jpg")) },
});
foreach (var label in answer.CustomLabels)
{
    Console.WriteLine($"{label.Name} {label.Confidence}");
}
