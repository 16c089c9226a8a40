package software.amazon.awssdk.services.rekognition.model;

import java.util.List;

public final class DetectCustomLabelsResponse {
    public List<CustomLabel> customLabels() {
        throw new UnsupportedOperationException();
    }
}
