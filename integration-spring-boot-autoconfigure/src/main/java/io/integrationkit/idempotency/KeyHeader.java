package io.integrationkit.idempotency;

import io.integrationkit.call.Operation;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;

/**
 * Reads the header {@code Idempotency-Key}: a String of Structured Fields (RFC 9651, section 3.3.3), or the same text
 * without quotes, as most clients send it. A key has 1 to 255 visible characters of ASCII.
 */
final class KeyHeader {

    private static final int MAX_LENGTH = 255;

    /** What would begin a parameter, another member or a string in the middle of a key without quotes. */
    private static final String NOT_BARE = "\",;\\";

    private KeyHeader() {}

    /**
     * Reads a key.
     *
     * @param lines the values of all lines with this name
     * @throws ProblemException if there is no key or no valid one; its message never quotes what was sent
     */
    static String parse(List<String> lines, Operation operation) {
        if (lines.isEmpty()) {
            throw new ProblemException(
                    ProblemCode.KEY_MISSING,
                    FailureCategory.VALIDATION,
                    "%s was called without a key: the request has no header %s"
                            .formatted(operation, RequestKeys.HEADER));
        }
        try {
            return parse(lines);
        } catch (MalformedException ex) {
            throw new ProblemException(
                    ProblemCode.KEY_MALFORMED,
                    FailureCategory.VALIDATION,
                    "%s was called without a valid key: the header %s %s"
                            .formatted(operation, RequestKeys.HEADER, ex.getMessage()));
        }
    }

    private static String parse(List<String> lines) throws MalformedException {
        if (lines.size() > 1) {
            throw new MalformedException("stands in more than one line");
        }
        String value = lines.get(0).strip();
        String key = value.startsWith("\"") ? quoted(value) : bare(value);
        if (key.isEmpty()) {
            throw new MalformedException("is empty");
        }
        if (key.length() > MAX_LENGTH) {
            throw new MalformedException("is longer than %d characters".formatted(MAX_LENGTH));
        }
        if (!key.chars().allMatch((each) -> each > ' ' && each < 0x7f)) {
            throw new MalformedException("has other characters than visible ASCII");
        }
        return key;
    }

    private static String bare(String value) throws MalformedException {
        if (value.chars().anyMatch((each) -> NOT_BARE.indexOf(each) >= 0)) {
            throw new MalformedException("is neither a quoted string nor a plain key");
        }
        return value;
    }

    private static String quoted(String value) throws MalformedException {
        StringBuilder key = new StringBuilder(value.length());
        for (int i = 1; i < value.length(); i++) {
            char next = value.charAt(i);
            if (next == '"') {
                if (i != value.length() - 1) {
                    throw new MalformedException("has something behind its quoted string");
                }
                return key.toString();
            }
            if (next == '\\') {
                i++;
                next = (i < value.length()) ? value.charAt(i) : ' ';
                if (next != '"' && next != '\\') {
                    throw new MalformedException("escapes what needs no escape");
                }
            }
            key.append(next);
        }
        throw new MalformedException("does not end its quoted string");
    }

    /** What is wrong with a key, as the rest of a sentence about the header. */
    private static final class MalformedException extends Exception {

        private static final long serialVersionUID = 1L;

        MalformedException(String message) {
            super(message);
        }
    }
}
