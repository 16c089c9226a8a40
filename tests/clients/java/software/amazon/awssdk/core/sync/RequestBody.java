package software.amazon.awssdk.core.sync;

import java.nio.file.Path;

public final class RequestBody {
    public static RequestBody fromFile(Path path) {
        throw new UnsupportedOperationException();
    }
}
