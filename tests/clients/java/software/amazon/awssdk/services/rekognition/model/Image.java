package software.amazon.awssdk.services.rekognition.model;

import software.amazon.awssdk.core.SdkBytes;

public final class Image {
    public interface Builder {
        Builder bytes(SdkBytes bytes);
    }
}
