package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.deadletter.ReplaySummary;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Endpoint of the dead letters: list, show, replay, discard. Read-only until
 * {@code management.endpoint.deadletters.access=unrestricted} is set. Never shows arguments, payloads or headers.
 */
@Endpoint(id = "deadletters", defaultAccess = Access.READ_ONLY)
public class DeadLettersEndpoint {

    private final DeadLetters deadLetters;

    /**
     * Creates the endpoint.
     *
     * @param deadLetters the dead letters
     */
    public DeadLettersEndpoint(DeadLetters deadLetters) {
        this.deadLetters = deadLetters;
    }

    /**
     * Lists entries, in the order in which they were first stored.
     *
     * @param kind calls or messages, {@code null} for both
     * @param name operation or destination, {@code null} for any
     * @param category category of the last failure, {@code null} for any
     * @param status status, {@code null} for any
     * @param key key, {@code null} for any
     * @param fingerprint fingerprint of the last failure, {@code null} for any
     * @param limit how many at most, 1 to 1000; {@code null} for 100
     * @param after id of the last entry of the page before, {@code null} for the first page
     * @return a page, with how many entries of each status pass the other conditions
     */
    @ReadOperation
    public DeadLettersDescriptor deadLetters(
            DeadLetter.@Nullable Kind kind,
            @Nullable String name,
            @Nullable FailureCategory category,
            DeadLetter.@Nullable Status status,
            @Nullable String key,
            @Nullable String fingerprint,
            @Nullable Integer limit,
            @Nullable String after) {
        DeadLetterFilter filter = filter(kind, name, category, key, fingerprint);
        int size = PageSize.of(limit);
        List<DeadLetter> page = page(filter.withStatus(status), after, size);
        Map<String, Long> counts = new TreeMap<>();
        for (DeadLetter.Status each : DeadLetter.Status.values()) {
            counts.put(each.name().toLowerCase(Locale.ROOT), this.deadLetters.count(filter.withStatus(each)));
        }
        return new DeadLettersDescriptor(
                counts, page, (page.size() == size) ? page.get(size - 1).id() : null);
    }

    private List<DeadLetter> page(DeadLetterFilter filter, @Nullable String after, int size) {
        try {
            return this.deadLetters.list(filter, after, size);
        } catch (ProblemException ex) {
            if (ex.code() == ProblemCode.DEAD_LETTER_NOT_FOUND) {
                throw new InvalidEndpointRequestException(
                        String.valueOf(ex.getMessage()), "'after' is not the id of a dead letter");
            }
            throw ex;
        }
    }

    /**
     * Shows one entry.
     *
     * @param id id of the entry
     * @return the entry, or {@code null} if there is none
     */
    @ReadOperation
    public @Nullable DeadLetter deadLetter(@Selector String id) {
        return this.deadLetters.find(id).orElse(null);
    }

    /**
     * Replays one entry.
     *
     * @param id id of the entry
     * @return how it ended, or {@code null} if there is no such entry
     */
    @WriteOperation
    public @Nullable ReplayResult replay(@Selector String id) {
        return this.deadLetters.find(id).isPresent() ? this.deadLetters.replay(id) : null;
    }

    /**
     * Replays open entries, oldest first.
     *
     * @param kind calls or messages, {@code null} for both
     * @param name operation or destination, {@code null} for any
     * @param category category of the last failure, {@code null} for any
     * @param key key, {@code null} for any
     * @param fingerprint fingerprint of the last failure, {@code null} for any
     * @param limit how many at most, 1 to 1000; {@code null} for 100
     * @return how they ended
     */
    @WriteOperation
    public ReplaySummary replaySelection(
            DeadLetter.@Nullable Kind kind,
            @Nullable String name,
            @Nullable FailureCategory category,
            @Nullable String key,
            @Nullable String fingerprint,
            @Nullable Integer limit) {
        return this.deadLetters.replay(filter(kind, name, category, key, fingerprint), PageSize.of(limit));
    }

    /**
     * Closes an open entry without doing it.
     *
     * @param id id of the entry
     * @param reason why
     * @return the entry as it is now, or {@code null} if there is none
     */
    @DeleteOperation
    public @Nullable DeadLetter discard(@Selector String id, String reason) {
        this.deadLetters.discard(id, requireReason(reason));
        return deadLetter(id);
    }

    private static String requireReason(String reason) {
        if (reason.isBlank()) {
            throw new InvalidEndpointRequestException("'reason' is blank", "'reason' must say why");
        }
        return reason;
    }

    private static DeadLetterFilter filter(
            DeadLetter.@Nullable Kind kind,
            @Nullable String name,
            @Nullable FailureCategory category,
            @Nullable String key,
            @Nullable String fingerprint) {
        return DeadLetterFilter.all()
                .withKind(kind)
                .withName(name)
                .withCategory(category)
                .withKey(key)
                .withFingerprint(fingerprint);
    }

    /**
     * A page of entries.
     *
     * @param counts number of entries by status
     * @param entries the entries
     * @param next what to pass as {@code after} for the next page, {@code null} if this is the last
     */
    public record DeadLettersDescriptor(
            Map<String, Long> counts,
            List<DeadLetter> entries,
            @Nullable String next) implements OperationResponseBody {}
}
