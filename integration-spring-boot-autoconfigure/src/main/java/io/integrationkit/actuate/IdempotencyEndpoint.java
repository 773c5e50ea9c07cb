package io.integrationkit.actuate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.Sha256;
import io.integrationkit.failure.OneLine;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyCounts;
import io.integrationkit.idempotency.KeyStatistics;
import io.integrationkit.idempotency.KeyStatus;
import io.integrationkit.idempotency.StoredResult;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * {@code /actuator/idempotency}: how many keys there are, how many calls were duplicates, and what is known of a key. Frees a key whose holder does not end
 * its claim, where {@code management.endpoint.idempotency.access=unrestricted} allows it. Shows no keys, results and
 * names of callers: a key is found by its hash, as the log has it.
 */
@Endpoint(id = "idempotency", defaultAccess = Access.READ_ONLY)
public class IdempotencyEndpoint {

    /** Instead of the hash of a scope: all callers share the key. */
    private static final String SHARED = "shared";

    private static final int SCOPE_DIGITS = 16;

    private static final int LONGEST_TEXT = 200;

    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");

    private static final Logger logger = LoggerFactory.getLogger(IdempotencyEndpoint.class);

    private final IdempotencyStore store;

    private final IdempotencyStatistics statistics;

    /**
     * Creates the endpoint.
     *
     * @param store where the keys are kept
     * @param statistics what was done with them
     */
    public IdempotencyEndpoint(IdempotencyStore store, IdempotencyStatistics statistics) {
        this.store = store;
        this.statistics = statistics;
    }

    /**
     * Counts the keys; reads a part of the store that is bounded.
     *
     * @return the store, how many keys it holds, and what this instance has done with keys
     */
    @ReadOperation
    public StoreDescription idempotency() {
        return new StoreDescription(this.store.engine(), this.store.durable(), this.store.counts(), operations());
    }

    private SortedMap<String, OperationDescription> operations() {
        SortedMap<String, OperationDescription> described = new TreeMap<>();
        this.statistics.operations().forEach((name, read) -> described.put(name, OperationDescription.of(read)));
        return described;
    }

    /**
     * Shows what is known of a key, whosever it is.
     *
     * @param operation the operation the key belongs to
     * @param hash SHA-256 of the key, in hexadecimal
     * @return the key in each scope that used it, a few hundred at most, or {@code null} if it is free
     * @throws InvalidOperationException if the hash is none
     */
    @ReadOperation
    public @Nullable KeysDescription keys(@Selector String operation, String hash) {
        List<KeyStatus> found = find(operation, hash, null);
        return found.isEmpty() ? null : new KeysDescription(describe(found));
    }

    /**
     * Takes a key away from a holder that does not end its claim, whatever its lease is. What the holder writes later
     * counts no more, but what it does later is done: the next call with the key runs at once. Done twice it changes
     * nothing more.
     *
     * @param operation the operation the key belongs to
     * @param hash SHA-256 of the key, in hexadecimal
     * @param epoch epoch of the holder, as shown
     * @param reason why, for the log
     * @param scope whose key it is, as shown; {@code null} if the epoch alone tells
     * @param actor who asks for it
     * @return whether the key was freed and what is known of it now, or {@code null} if it was free
     * @throws InvalidOperationException if the hash is none, reason or actor is blank, or only the scope can tell which key
     *     is meant
     */
    @DeleteOperation
    public @Nullable Release release(
            @Selector String operation, String hash, long epoch, String reason, @Nullable String scope, String actor) {
        requireText(reason, "reason", "why the key is to be free");
        requireText(actor, "actor", "who makes the change");
        List<KeyStatus> found = find(operation, hash, scope);
        if (found.isEmpty()) {
            return null;
        }
        KeyStatus held = heldUnder(epoch, found);
        boolean freed = held != null && this.store.free(held.key(), epoch);
        if (held != null && freed) {
            logger.info(
                    "Idempotency key {}/{}, held under epoch {}, was freed by {}: {}",
                    OneLine.of(operation, LONGEST_TEXT),
                    held.key().hash(),
                    epoch,
                    OneLine.of(actor, LONGEST_TEXT),
                    OneLine.of(reason, LONGEST_TEXT));
        }
        List<KeyStatus> now = find(operation, hash, scope);
        return new Release(freed, freed ? next(epoch, now) : refusal(epoch, now), describe(now));
    }

    private List<KeyStatus> find(String operation, String hash, @Nullable String scope) {
        if (!HASH.matcher(hash).matches()) {
            throw invalid(
                    "'hash' is not a SHA-256 in hexadecimal",
                    "Give the 64 digits that follow the name of the operation in the log; never the key itself.");
        }
        return this.store.find(operation, hash.toLowerCase(Locale.ROOT)).stream()
                .filter((status) -> scope == null || scope(status).equalsIgnoreCase(scope))
                .toList();
    }

    private static @Nullable KeyStatus heldUnder(long epoch, List<KeyStatus> found) {
        List<KeyStatus> held = found.stream()
                .filter((status) -> status.phase() == KeyStatus.Phase.IN_PROGRESS && status.epoch() == epoch)
                .toList();
        if (held.size() > 1) {
            throw invalid(
                    "%d keys of this hash are held under epoch %d".formatted(held.size(), epoch),
                    "Say in 'scope' which one, as a GET of the same address shows it.");
        }
        return held.isEmpty() ? null : held.get(0);
    }

    private static String next(long epoch, List<KeyStatus> now) {
        return now.stream()
                .filter((status) -> status.phase() == KeyStatus.Phase.DEAD_LETTERED && status.epoch() == epoch)
                .findFirst()
                .map((status) -> "Dead letter %s waits again".formatted(status.deadLetterId()))
                .orElse("The next call with the key runs");
    }

    private static String refusal(long epoch, List<KeyStatus> now) {
        return now.stream()
                .filter((status) -> status.epoch() == epoch)
                .findFirst()
                .map(IdempotencyEndpoint::refusal)
                .orElse("Nobody holds the key under epoch %d: another call may have taken it over".formatted(epoch));
    }

    private static String refusal(KeyStatus status) {
        return switch (status.phase()) {
            case DONE -> "The work was done; the key keeps its result for %s".formatted(status.remembered());
            case DEAD_LETTERED ->
                "The work was given up; replay or discard dead letter %s".formatted(status.deadLetterId());
            case IN_PROGRESS -> "The key was not free when it was asked for; ask again";
        };
    }

    private static List<KeyDescription> describe(List<KeyStatus> found) {
        return found.stream()
                .map((status) -> new KeyDescription(
                        scope(status),
                        status.phase(),
                        status.epoch(),
                        status.leaseLeft(),
                        status.remembered(),
                        status.kind(),
                        status.deadLetterId()))
                .toList();
    }

    private static String scope(KeyStatus status) {
        String scope = status.key().scope();
        return scope.isBlank() ? SHARED : Sha256.hex(scope).substring(0, SCOPE_DIGITS);
    }

    private static void requireText(String text, String name, String meaning) {
        if (text.isBlank()) {
            throw invalid("'%s' is blank".formatted(name), "Say in '%s' %s.".formatted(name, meaning));
        }
    }

    private static InvalidOperationException invalid(String message, String action) {
        return new InvalidOperationException(ProblemCode.INVALID_SETTING, message, action);
    }

    /**
     * The store.
     *
     * @param engine what the keys are kept in, such as {@code postgresql} or {@code memory}
     * @param durable whether they survive a restart
     * @param keys how many there are
     * @param operations what this instance has done since it started, by name of the operation
     */
    public record StoreDescription(
            String engine, boolean durable, KeyCounts keys, SortedMap<String, OperationDescription> operations)
            implements OperationResponseBody {}

    /**
     * What this instance has done with the keys of an operation since it started; {@link KeyStatistics} says what counts.
     *
     * @param executed calls that got their key and ran
     * @param duplicates calls that did not run, since an earlier one with their key had or did
     * @param duplicateRatio the part of the duplicates in both, from 0 to 1, or {@code null} if there was no call yet
     * @param waits how often calls waited for another one with their key
     * @param waited how long they waited together
     * @param fenceLosses calls that had lost their key when they wanted to write
     */
    public record OperationDescription(
            long executed,
            long duplicates,
            @Nullable Double duplicateRatio,
            long waits,
            Duration waited,
            long fenceLosses) {

        private static OperationDescription of(KeyStatistics read) {
            return new OperationDescription(
                    read.executed(),
                    read.duplicates(),
                    read.duplicateRatio(),
                    read.waits(),
                    read.waited(),
                    read.fenceLosses());
        }
    }

    /**
     * What is known of a key.
     *
     * @param keys the key in each scope that used it
     */
    public record KeysDescription(List<KeyDescription> keys) implements OperationResponseBody {}

    /**
     * A key of one scope.
     *
     * @param scope first digits of the SHA-256 of whose key it is, or {@code shared} where all callers share it
     * @param phase what became of it
     * @param epoch epoch of its last holder
     * @param leaseLeft time left of the lease; not positive once it is over
     * @param remembered for how much longer the key is remembered; not positive once it may be forgotten
     * @param kind what its result is, or {@code null} if it has none
     * @param deadLetterId the dead letter it belongs to, or {@code null}
     */
    public record KeyDescription(
            String scope,
            KeyStatus.Phase phase,
            long epoch,
            Duration leaseLeft,
            Duration remembered,
            StoredResult.@Nullable Kind kind,
            @Nullable String deadLetterId) {}

    /**
     * What a release has done.
     *
     * @param freed whether the key was taken away from its holder
     * @param detail what follows from it, or why nothing was done
     * @param keys the key as it is now, in each scope it was looked for; empty if it is free
     */
    public record Release(boolean freed, String detail, List<KeyDescription> keys) implements OperationResponseBody {}
}
