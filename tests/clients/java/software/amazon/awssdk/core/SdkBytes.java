package software.amazon.awssdk.core;

public final class SdkBytes {
    public static SdkBytes fromByteArray(byte[] bytes) {
        throw new UnsupportedOperationException();
    }
}
