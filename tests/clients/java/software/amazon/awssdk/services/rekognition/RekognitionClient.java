package software.amazon.awssdk.services.rekognition;

import java.net.URI;
import java.util.function.Consumer;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.rekognition.model.DetectCustomLabelsRequest;
import software.amazon.awssdk.services.rekognition.model.DetectCustomLabelsResponse;

public interface RekognitionClient {
    static Builder builder() {
        throw new UnsupportedOperationException();
    }

    DetectCustomLabelsResponse detectCustomLabels(Consumer<DetectCustomLabelsRequest.Builder> request);

    interface Builder {
        Builder endpointOverride(URI endpoint);

        Builder region(Region region);

        RekognitionClient build();
    }
}
