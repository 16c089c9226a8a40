// java Walk prepare | train | use VERSION_ARN PICTURE; Maven: software.amazon.awssdk:rekognition
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rekognition.RekognitionClient;
import software.amazon.awssdk.services.rekognition.model.ProjectDescription;
import software.amazon.awssdk.services.rekognition.model.ProjectVersionDescription;
import software.amazon.awssdk.services.rekognition.model.ResourceNotReadyException;

public class Walk {
    static final RekognitionClient client = RekognitionClient.builder()
        .endpointOverride(URI.create(System.getenv("AWS_ENDPOINT_URL")))
        .region(Region.of(System.getenv("AWS_DEFAULT_REGION")))
        .build();

    static ProjectDescription project() {
        return client.describeProjects(request -> request.projectNames("boards")).projectDescriptions().get(0);
    }

    static String status(String dataset) {
        return client.describeDataset(request -> request.datasetArn(dataset)).datasetDescription().statusAsString();
    }

    static void prepare() throws InterruptedException {
        String project = client.createProject(request -> request.projectName("boards")).projectArn();
        String dataset = client.createDataset(request -> request
            .projectArn(project)
            .datasetType("TRAIN")
            .datasetSource(source -> source.groundTruthManifest(manifest -> manifest
                .s3Object(place -> place.bucket("my-bucket").name("train.manifest"))))).datasetArn();
        while (status(dataset).endsWith("IN_PROGRESS")) Thread.sleep(1000);
        SdkBytes line = SdkBytes.fromUtf8String("{\"source-ref\": \"s3://my-bucket/more.jpg\"}");
        client.updateDatasetEntries(request -> request
            .datasetArn(dataset)
            .changes(changes -> changes.groundTruth(line)));
        while (status(dataset).endsWith("IN_PROGRESS")) Thread.sleep(1000);
        client.listDatasetEntries(request -> request.datasetArn(dataset).maxResults(100))
            .datasetEntries()
            .forEach(System.out::println);
    }

    static void train() throws InterruptedException {
        String project = project().projectArn();
        client.createProjectVersion(request -> request
            .projectArn(project)
            .versionName("first")
            .outputConfig(place -> place.s3Bucket("my-bucket").s3KeyPrefix("results")));
        ProjectVersionDescription version;
        do {
            Thread.sleep(5000);
            version = client.describeProjectVersions(request -> request.projectArn(project).versionNames("first"))
                .projectVersionDescriptions()
                .get(0);
        } while (version.statusAsString().equals("TRAINING_IN_PROGRESS"));
        System.out.println(version.projectVersionArn() + " " + version.statusAsString());
    }

    static void use(String version, String picture) throws Exception {
        client.startProjectVersion(request -> request.projectVersionArn(version).minInferenceUnits(1));
        SdkBytes bytes = SdkBytes.fromByteArray(Files.readAllBytes(Path.of(picture)));
        for (boolean isReady = false; !isReady; ) {
            try {
                client.detectCustomLabels(request -> request
                        .projectVersionArn(version)
                        .image(image -> image.bytes(bytes)))
                    .customLabels()
                    .forEach(label -> System.out.println(label.name() + " " + label.confidence()));
                isReady = true;
            } catch (ResourceNotReadyException stillStarting) {
                Thread.sleep(1000);
            }
        }
        client.stopProjectVersion(request -> request.projectVersionArn(version));
    }

    public static void main(String[] words) throws Exception {
        switch (words[0]) {
            case "prepare" -> prepare();
            case "train" -> train();
            default -> use(words[1], words[2]);
        }
    }
}
