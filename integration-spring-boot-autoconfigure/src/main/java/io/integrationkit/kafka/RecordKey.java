package io.integrationkit.kafka;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys of records where they are kept as text: the bytes of one that is no text are kept beside it, in a header that is
 * never sent, so that the record goes to its partition again and its consumers can decode the key.
 */
public final class RecordKey {

    /** Header with the bytes, in Base64; only there if the text does not say them. */
    public static final String HEADER = "integration_record-key";

    private RecordKey() {}

    /**
     * Notes the bytes of a key, if its text does not say them.
     *
     * @param headers headers of the record, changed; what they say of a key already is removed
     * @param text what the key is kept as, or {@code null} if it is not kept
     * @param bytes the bytes, or {@code null} if the record has no key
     */
    public static void note(Map<String, String> headers, @Nullable String text, byte @Nullable [] bytes) {
        headers.remove(HEADER);
        if (bytes != null && !says(text, bytes)) {
            headers.put(HEADER, Base64.getEncoder().encodeToString(bytes));
        }
    }

    /** Stores take no U+0000 in a text. */
    private static boolean says(@Nullable String text, byte[] bytes) {
        return text != null && text.indexOf('\0') < 0 && Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the bytes of a key.
     *
     * @param headers headers of the record
     * @param text what the key was kept as, or {@code null} if there is none
     * @return the bytes to send, or {@code null} if there is no key
     */
    public static byte @Nullable [] bytes(Map<String, String> headers, @Nullable String text) {
        String noted = headers.get(HEADER);
        if (noted != null) {
            try {
                return Base64.getDecoder().decode(noted);
            } catch (IllegalArgumentException notOurs) {
                // Somebody else's header: the text counts.
            }
        }
        return (text != null) ? text.getBytes(StandardCharsets.UTF_8) : null;
    }
}
