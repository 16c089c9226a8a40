package software.amazon.awssdk.services.lookoutvision.model;

public final class DetectAnomaliesResponse {
    public DetectAnomalyResult detectAnomalyResult() {
        throw new UnsupportedOperationException();
    }
}
