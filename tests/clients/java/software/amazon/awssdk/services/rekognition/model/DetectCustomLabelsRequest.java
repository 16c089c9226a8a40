package software.amazon.awssdk.services.rekognition.model;

import java.util.function.Consumer;

public final class DetectCustomLabelsRequest {
    public interface Builder {
        Builder projectVersionArn(String arn);

        Builder image(Consumer<Image.Builder> image);
    }
}
