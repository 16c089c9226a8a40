package software.amazon.awssdk.services.lookoutvision;

import java.net.URI;
import java.util.function.Consumer;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.lookoutvision.model.DetectAnomaliesRequest;
import software.amazon.awssdk.services.lookoutvision.model.DetectAnomaliesResponse;

public interface LookoutVisionClient {
    static Builder builder() {
        throw new UnsupportedOperationException();
    }

    DetectAnomaliesResponse detectAnomalies(Consumer<DetectAnomaliesRequest.Builder> request, RequestBody body);

    interface Builder {
        Builder endpointOverride(URI endpoint);

        Builder region(Region region);

        LookoutVisionClient build();
    }
}
