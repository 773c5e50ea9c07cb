package io.integrationkit.deadletter;

import io.integrationkit.failure.NamePatterns;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.Redaction;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Makes of an entry what somebody may read. What cannot be taken apart, and so not be masked, is not shown. */
final class ContentView {

    /** Most characters of a content that are shown. */
    static final int LONGEST = 64 * 1024;

    /** Most characters of a content, or of all headers, that are revealed. */
    static final int LONGEST_REVEALED = 1024 * 1024;

    /** Larger documents are not taken apart. */
    static final int LARGEST_MASKED = 1024 * 1024;

    private final DeadLetterPrivacy privacy;

    private final Redaction redaction;

    private final NamePatterns shownHeaders;

    ContentView(DeadLetterPrivacy privacy) {
        this.privacy = privacy;
        this.redaction = privacy.redaction();
        this.shownHeaders = NamePatterns.exactly(privacy.masking().headers());
    }

    Redaction redaction() {
        return this.redaction;
    }

    boolean mayReveal() {
        return this.privacy.masking().reveal();
    }

    DeadLetterDetails masked(StoredEntry entry, List<DeadLetterChange> history) {
        return details(entry, history, false);
    }

    DeadLetterDetails revealed(StoredEntry entry, List<DeadLetterChange> history) {
        return details(entry, history, true);
    }

    private DeadLetterDetails details(StoredEntry entry, List<DeadLetterChange> history, boolean reveal) {
        List<String> notes = new ArrayList<>();
        Content content = entry.content();
        if (content == null) {
            notes.add("The content cannot be decrypted; the log of the application says why.");
            return new DeadLetterDetails(
                    entry.letter(), history, reveal, null, -1, null, Map.of(), notes, ProblemCode.DEAD_LETTER_CIPHER);
        }
        byte[] bytes = bytes(content);
        String text = reveal ? revealed(bytes, notes) : masked(entry.letter(), bytes, notes);
        return new DeadLetterDetails(
                entry.letter(),
                history,
                reveal,
                contentType(content),
                bytes.length,
                text,
                (content instanceof Content.OfMessage message) ? headers(message.headers(), reveal, notes) : Map.of(),
                notes,
                null);
    }

    private static byte[] bytes(Content content) {
        return (content instanceof Content.OfCall call)
                ? call.arguments().getBytes(StandardCharsets.UTF_8)
                : ((Content.OfMessage) content).payload();
    }

    private static @Nullable String contentType(Content content) {
        if (content instanceof Content.OfMessage message) {
            return (message.contentType() != null) ? Text.line(message.contentType()) : null;
        }
        return "application/json";
    }

    private @Nullable String masked(DeadLetter letter, byte[] bytes, List<String> notes) {
        if (bytes.length == 0) {
            return null;
        }
        if (bytes.length > LARGEST_MASKED) {
            notes.add("The content is too large to be masked, and not shown: it has %d bytes, more than %d."
                    .formatted(bytes.length, LARGEST_MASKED));
            return null;
        }
        try {
            JsonNode document = this.privacy.codec().readTree(bytes);
            Sensitivity sensitivity = Sensitivity.of(letter, this.privacy, this.redaction);
            if (!sensitivity.known()) {
                notes.add(
                        "No value is shown, since the types are not known here that the content was made of: nobody can tell which are sensitive.");
            }
            MaskedJson mask = new MaskedJson(this.redaction.with(sensitivity.names()), !sensitivity.known());
            boolean arguments = letter.kind() == DeadLetter.Kind.CALL && document.isArray();
            JsonNode masked = arguments ? mask.arguments(document, sensitivity) : mask.of(document);
            return shortened(masked.toString(), LONGEST, notes);
        } catch (JacksonException ex) {
            notes.add("The content is not JSON, and so not shown: it has %d bytes.".formatted(bytes.length));
            return null;
        }
    }

    private static @Nullable String revealed(byte[] bytes, List<String> notes) {
        if (bytes.length == 0) {
            return null;
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return shortened(text, LONGEST_REVEALED, notes);
        } catch (CharacterCodingException ex) {
            notes.add("The content is no text; it is shown in Base64.");
            return shortened(Base64.getEncoder().encodeToString(bytes), LONGEST_REVEALED, notes);
        }
    }

    private static String shortened(String text, int longest, List<String> notes) {
        if (text.length() <= longest) {
            return text;
        }
        notes.add("The content is shortened: %d of %d characters are shown.".formatted(longest, text.length()));
        return text.substring(0, Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest);
    }

    private Map<String, String> headers(Map<String, String> headers, boolean reveal, List<String> notes) {
        Map<String, String> shown = new LinkedHashMap<>();
        int room = reveal ? LONGEST_REVEALED : LONGEST;
        for (Map.Entry<String, String> header : headers.entrySet()) {
            String value = reveal ? header.getValue() : masked(header);
            room -= header.getKey().length() + value.length();
            if (room < 0) {
                notes.add("%d of %d headers are not shown: all together they are too long."
                        .formatted(headers.size() - shown.size(), headers.size()));
                break;
            }
            shown.put(header.getKey(), value);
        }
        return shown;
    }

    private String masked(Map.Entry<String, String> header) {
        return this.shownHeaders.match(header.getKey())
                ? Text.line(this.redaction.of(header.getValue()))
                : Redaction.MASK;
    }
}
