package software.amazon.awssdk.services.rekognition.model;

public final class CustomLabel {
    public String name() {
        throw new UnsupportedOperationException();
    }

    public Float confidence() {
        throw new UnsupportedOperationException();
    }
}
