package io.integrationkit.deadletter;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Stream;

/** SHA-256 over parts that are each preceded by their length, so that no two lists of parts look the same. */
final class Digests {

    private Digests() {}

    static byte[] sha256(Stream<byte[]> parts) {
        MessageDigest digest = newDigest();
        parts.forEach((part) -> {
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
            digest.update(part);
        });
        return digest.digest();
    }

    static String hex(int length, Stream<byte[]> parts) {
        return HexFormat.of().formatHex(sha256(parts)).substring(0, length);
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }
}
