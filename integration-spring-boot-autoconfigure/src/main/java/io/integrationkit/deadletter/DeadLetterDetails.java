package io.integrationkit.deadletter;

import io.integrationkit.failure.ProblemCode;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An entry with its history and its content, for reading. Masked unless it was revealed: {@code ***} stands for what is
 * not shown.
 *
 * @param entry the entry
 * @param history what was done to it, oldest first
 * @param revealed whether the content is shown as it is stored
 * @param contentType media type of the content, {@code null} if unknown
 * @param contentSize size of the content in bytes, as it was before it was encrypted; -1 if it cannot be read
 * @param content arguments of a call as a JSON array, payload of a message as text, or in Base64 if it was revealed and is
 *     no text; {@code null} if it is not shown
 * @param headers headers of a message, in their order
 * @param notes what is not shown and why, each a sentence; empty if all is
 * @param problem why the content cannot be read at all, {@code null} if it can
 */
public record DeadLetterDetails(
        DeadLetter entry,
        List<DeadLetterChange> history,
        boolean revealed,
        @Nullable String contentType,
        int contentSize,
        @Nullable String content,
        Map<String, String> headers,
        List<String> notes,
        @Nullable ProblemCode problem) {

    /** Copies the lists and the map. */
    public DeadLetterDetails {
        history = List.copyOf(history);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        notes = List.copyOf(notes);
    }

    /** Tells neither content nor headers, so that nothing revealed gets into a log. */
    @Override
    public String toString() {
        return "DeadLetterDetails[id=%s, revealed=%s, contentSize=%d, problem=%s]"
                .formatted(this.entry.id(), this.revealed, this.contentSize, this.problem);
    }
}
