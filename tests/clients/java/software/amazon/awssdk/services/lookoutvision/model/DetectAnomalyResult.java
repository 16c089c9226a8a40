package software.amazon.awssdk.services.lookoutvision.model;

public final class DetectAnomalyResult {
    public Boolean isAnomalous() {
        throw new UnsupportedOperationException();
    }

    public Float confidence() {
        throw new UnsupportedOperationException();
    }
}
