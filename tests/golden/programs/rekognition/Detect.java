// Detect.java; Maven: software.amazon.awssdk:rekognition
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rekognition.RekognitionClient;

public class Detect {
    public static void main(String[] args) throws Exception {
        RekognitionClient client = RekognitionClient.builder()
            .endpointOverride(URI.create("http://127.0.0.1:8080"))
            .region(Region.of("us-east-1"))
            .build();
        SdkBytes picture = SdkBytes.fromByteArray(Files.readAllBytes(Path.of("picture.jpg")));
        client.detectCustomLabels(request -> request
                .projectVersionArn("arn:aws:rekognition:us-east-1:000000000000:project/programs-doors/version/1/1700000000000")
                .image(image -> image.bytes(picture)))
            .customLabels()
            .forEach(label -> System.out.println(label.name() + " " + label.confidence()));
    }
}
