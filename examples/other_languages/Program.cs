// dotnet run prepare | train | use VERSION_ARN PICTURE; dotnet add package AWSSDK.Rekognition
using System.Text;
using Amazon.Rekognition;
using Amazon.Rekognition.Model;

var client = new AmazonRekognitionClient(new AmazonRekognitionConfig
{
    ServiceURL = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL"),
    AuthenticationRegion = Environment.GetEnvironmentVariable("AWS_DEFAULT_REGION"),
});

async Task<string> Status(string dataset)
{
    var answer = await client.DescribeDatasetAsync(new DescribeDatasetRequest { DatasetArn = dataset });
    return answer.DatasetDescription.Status;
}

async Task Prepare()
{
    var project = (await client.CreateProjectAsync(new CreateProjectRequest { ProjectName = "boards" })).ProjectArn;
    var place = new S3Object { Bucket = "my-bucket", Name = "train.manifest" };
    var made = await client.CreateDatasetAsync(new CreateDatasetRequest
    {
        ProjectArn = project,
        DatasetType = "TRAIN",
        DatasetSource = new DatasetSource { GroundTruthManifest = new GroundTruthManifest { S3Object = place } },
    });
    while ((await Status(made.DatasetArn)).EndsWith("IN_PROGRESS")) await Task.Delay(1000);
    var line = Encoding.UTF8.GetBytes("{\"source-ref\": \"s3://my-bucket/more.jpg\"}");
    await client.UpdateDatasetEntriesAsync(new UpdateDatasetEntriesRequest
    {
        DatasetArn = made.DatasetArn,
        Changes = new DatasetChanges { GroundTruth = new MemoryStream(line) },
    });
    while ((await Status(made.DatasetArn)).EndsWith("IN_PROGRESS")) await Task.Delay(1000);
    var entries = await client.ListDatasetEntriesAsync(new ListDatasetEntriesRequest
    {
        DatasetArn = made.DatasetArn,
        MaxResults = 100,
    });
    foreach (var entry in entries.DatasetEntries) Console.WriteLine(entry);
}

async Task Train()
{
    var found = await client.DescribeProjectsAsync(new DescribeProjectsRequest { ProjectNames = ["boards"] });
    var project = found.ProjectDescriptions[0].ProjectArn;
    await client.CreateProjectVersionAsync(new CreateProjectVersionRequest
    {
        ProjectArn = project,
        VersionName = "first",
        OutputConfig = new OutputConfig { S3Bucket = "my-bucket", S3KeyPrefix = "results" },
    });
    while (true)
    {
        var answer = await client.DescribeProjectVersionsAsync(new DescribeProjectVersionsRequest
        {
            ProjectArn = project,
            VersionNames = ["first"],
        });
        var version = answer.ProjectVersionDescriptions[0];
        Console.WriteLine($"{version.ProjectVersionArn} {version.Status}");
        if (version.Status != "TRAINING_IN_PROGRESS") return;
        await Task.Delay(5000);
    }
}

async Task Use(string version, string picture)
{
    await client.StartProjectVersionAsync(new StartProjectVersionRequest
    {
        ProjectVersionArn = version,
        MinInferenceUnits = 1,
    });
    for (var isReady = false; !isReady;)
    {
        try
        {
            var answer = await client.DetectCustomLabelsAsync(new DetectCustomLabelsRequest
            {
                ProjectVersionArn = version,
                Image = new Image { Bytes = new MemoryStream(await File.ReadAllBytesAsync(picture)) },
            });
            foreach (var label in answer.CustomLabels) Console.WriteLine($"{label.Name} {label.Confidence}");
            isReady = true;
        }
        catch (ResourceNotReadyException)
        {
            await Task.Delay(1000);
        }
    }
    await client.StopProjectVersionAsync(new StopProjectVersionRequest { ProjectVersionArn = version });
}

if (args[0] == "prepare") await Prepare();
else if (args[0] == "train") await Train();
else await Use(args[1], args[2]);
