package software.amazon.awssdk.services.lookoutvision.model;

public final class DetectAnomaliesRequest {
    public interface Builder {
        Builder projectName(String name);

        Builder modelVersion(String version);

        Builder contentType(String type);
    }
}
