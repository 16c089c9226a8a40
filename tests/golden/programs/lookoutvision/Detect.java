// Detect.java; Maven: software.amazon.awssdk:lookoutvision
import java.net.URI;
import java.nio.file.Path;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lookoutvision.LookoutVisionClient;
import software.amazon.awssdk.services.lookoutvision.model.DetectAnomalyResult;

public class Detect {
    public static void main(String[] args) throws Exception {
        LookoutVisionClient client = LookoutVisionClient.builder()
            .endpointOverride(URI.create("http://127.0.0.1:8080"))
            .region(Region.of("us-east-1"))
            .build();
        DetectAnomalyResult result = client.detectAnomalies(request -> request
                .projectName("programs-doors")
                .modelVersion("1")
                .contentType("image/jpeg"),
            RequestBody.fromFile(Path.of("picture.jpg"))).detectAnomalyResult();
        System.out.println(result.isAnomalous() + " " + result.confidence());
    }
}
