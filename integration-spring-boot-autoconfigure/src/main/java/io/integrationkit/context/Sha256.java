package io.integrationkit.context;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 of texts, in UTF-8, and streams: what stores keep of keys that may be long or secret. */
public final class Sha256 {

    private Sha256() {}

    /**
     * Digests one text.
     *
     * @param text the text
     * @return the digest, as 64 hexadecimal digits
     */
    public static String hex(String text) {
        return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Digests the rest of a stream, which is not closed.
     *
     * @param content the stream
     * @return the digest, as 64 hexadecimal digits
     * @throws IOException if it cannot be read
     */
    public static String hex(InputStream content) throws IOException {
        MessageDigest digest = digest();
        content.transferTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
        return HexFormat.of().formatHex(digest.digest());
    }

    /**
     * Digests several texts, each preceded by its length, so that no two lists of texts look the same.
     *
     * @param parts the texts
     * @return the digest, 32 bytes
     */
    public static byte[] of(List<String> parts) {
        MessageDigest digest = digest();
        for (String part : parts) {
            byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
            digest.update(bytes);
        }
        return digest.digest();
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException ex) {
            throw new IllegalStateException("Every Java platform has SHA-256", ex);
        }
    }
}
