package io.integrationkit.actuate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.outbox.HeldKey;
import io.integrationkit.outbox.HeldKeyCount;
import io.integrationkit.outbox.OutboxDiagnosis;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.outbox.OutboxStatus;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@code /actuator/outbox}: what is owed to whom, who sends it, and what holds it up. Pauses and resumes destinations and
 * ends leases, and lets held keys go on, where {@code management.endpoint.outbox.access=unrestricted} allows it. Shows no
 * payloads and headers.
 */
@Endpoint(id = "outbox", defaultAccess = Access.READ_ONLY)
public class OutboxEndpoint {

    /** More than any name that can be stored. */
    private static final int LONGEST_NAME = 500;

    private final OutboxOperations operations;

    private final OutboxKeys keys;

    private final OutboxStatistics statistics;

    /**
     * Creates the endpoint.
     *
     * @param operations the outbox of all instances
     * @param keys the keys that do not simply go on
     * @param statistics what this instance has done
     */
    public OutboxEndpoint(OutboxOperations operations, OutboxKeys keys, OutboxStatistics statistics) {
        this.operations = operations;
        this.keys = keys;
        this.statistics = statistics;
    }

    /**
     * Shows everything; reads the whole table.
     *
     * @return backlog, shards, what this instance did, and what holds messages up
     */
    @ReadOperation
    public OutboxDescription outbox() {
        OutboxStatus status = this.operations.status();
        return new OutboxDescription(
                status.destinations().stream()
                        .mapToLong(OutboxStatus.Destination::messages)
                        .sum(),
                status.everythingPaused(),
                status.destinations(),
                new Instance(
                        this.statistics.ownedShards(),
                        this.statistics.published(),
                        this.statistics.sent(),
                        this.statistics.failed(),
                        this.statistics.deadLettered(),
                        this.statistics.parked(),
                        this.statistics.lastError()),
                this.operations.diagnose(status),
                status.shards());
    }

    /**
     * Lists the keys that do not simply go on, by destination and key.
     *
     * @param part what is listed
     * @param afterDestination destination of the last key of the page before, {@code null} for the first page
     * @param afterKey the last key of the page before, {@code null} for the first page
     * @param limit how many at most, 1 to 1000; {@code null} for 100
     * @return a page
     */
    @ReadOperation
    public HeldKeysDescription keys(
            @Selector Part part,
            @Nullable String afterDestination,
            @Nullable String afterKey,
            @Nullable Integer limit) {
        int size = PageSize.of(limit);
        List<HeldKey> page = this.keys.list(place(afterDestination, afterKey), size);
        HeldKey.Place next = (page.size() == size) ? page.get(size - 1).place() : null;
        return new HeldKeysDescription(this.keys.count(), page, next);
    }

    private static HeldKey.@Nullable Place place(@Nullable String destination, @Nullable String key) {
        if (destination == null && key == null) {
            return null;
        }
        if (destination == null || key == null) {
            String message = "'afterDestination' and 'afterKey' must be given together";
            throw new InvalidEndpointRequestException(message, message);
        }
        return new HeldKey.Place(destination, key);
    }

    /**
     * Pauses or resumes, ends a lease, or lets a held key go on. Done twice it changes nothing more.
     *
     * @param action what to do
     * @param destination of a pause or its end: a destination, or {@code *} for all; of a key: its destination
     * @param key the key
     * @param shard of the lease that is to end
     * @param actor who asks for it
     * @return the outbox as it is now, and whether anything has changed
     * @throws InvalidOperationException if what the action is about is not given, or something else as well
     */
    @WriteOperation
    public Changed change(
            Action action, @Nullable String destination, @Nullable String key, @Nullable Integer shard, String actor) {
        boolean changed = switch (action) {
            case PAUSE -> this.operations.pause(destination(action, destination, key, shard), actor);
            case RESUME -> this.operations.resume(destination(action, destination, key, shard), actor);
            case RELEASE_LEASE -> this.operations.releaseLease(shard(destination, key, shard), actor);
            case UNBLOCK -> ofKey(action, destination, key, shard, actor, this.keys::unblock);
            case DISCARD_HEAD -> ofKey(action, destination, key, shard, actor, this.keys::discardHead);
            case RELEASE_KEY -> ofKey(action, destination, key, shard, actor, this.keys::release);
        };
        return new Changed(changed, outbox());
    }

    private static String destination(
            Action action, @Nullable String destination, @Nullable String key, @Nullable Integer shard) {
        if (destination == null || destination.isBlank() || key != null || shard != null) {
            throw invalid(
                    "'%s' is about a destination".formatted(action.inRequest()),
                    "Give 'destination', the name of one or * for all, and no 'key' or 'shard'.");
        }
        if (destination.length() > LONGEST_NAME) {
            throw invalid(
                    "No destination has a name of %d characters".formatted(destination.length()),
                    "Give the name of a destination.");
        }
        return destination;
    }

    private static int shard(@Nullable String destination, @Nullable String key, @Nullable Integer shard) {
        if (shard == null || destination != null || key != null) {
            throw invalid("'release_lease' is about a shard", "Give 'shard', a number, and no 'destination' or 'key'.");
        }
        return shard;
    }

    private static boolean ofKey(
            Action action,
            @Nullable String destination,
            @Nullable String key,
            @Nullable Integer shard,
            String actor,
            KeyChange change) {
        if (destination == null || key == null || shard != null) {
            throw invalid(
                    "'%s' is about a key".formatted(action.inRequest()),
                    "Give 'destination' and 'key' as /actuator/outbox/keys lists them, and no 'shard'.");
        }
        return change.apply(destination, key, actor) != OutboxKeys.Answer.NOTHING_DONE;
    }

    private static InvalidOperationException invalid(String message, String action) {
        return new InvalidOperationException(ProblemCode.INVALID_SETTING, message, action);
    }

    /** What can be done to the outbox. */
    public enum Action {

        /** Send nothing more to a destination. */
        PAUSE,

        /** Send to it again. */
        RESUME,

        /** Let another instance take a shard. */
        RELEASE_LEASE,

        /** Let a blocked key go on; its head is tried again. */
        UNBLOCK,

        /** Make the head of a blocked key a dead letter and let the key go on. */
        DISCARD_HEAD,

        /** Let a parked key go on without its dead letters. */
        RELEASE_KEY;

        private String inRequest() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** What can be listed. */
    public enum Part {

        /** The keys that do not simply go on. */
        KEYS
    }

    /** A change of a key. */
    @FunctionalInterface
    private interface KeyChange {

        OutboxKeys.Answer apply(String destination, String key, String actor);
    }

    /**
     * The outbox.
     *
     * @param messages number of messages owed
     * @param everythingPaused whether nothing is sent at all until it is resumed
     * @param destinations what waits for each destination
     * @param instance what this instance has done
     * @param diagnoses what holds messages up
     * @param shards who sends for each shard
     */
    public record OutboxDescription(
            long messages,
            boolean everythingPaused,
            List<OutboxStatus.Destination> destinations,
            Instance instance,
            List<OutboxDiagnosis> diagnoses,
            List<OutboxStatus.Shard> shards)
            implements OperationResponseBody {}

    /**
     * What this instance has done since it started.
     *
     * @param shards shards it sends for
     * @param published messages published
     * @param sent messages acknowledged
     * @param failed sends that failed because the destination was not available
     * @param deadLettered messages refused
     * @param parked messages that became dead letters behind a refused one of their key
     * @param lastError last error of the relay itself, or {@code null} if it works
     */
    public record Instance(
            Set<Integer> shards,
            long published,
            long sent,
            long failed,
            long deadLettered,
            long parked,
            @Nullable String lastError) {}

    /**
     * A page of held keys.
     *
     * @param counts how many there are of each kind, on all pages
     * @param keys the keys
     * @param next what to pass as {@code afterDestination} and {@code afterKey} for the next page, {@code null} if this
     *     is the last
     */
    public record HeldKeysDescription(HeldKeyCount counts, List<HeldKey> keys, HeldKey.@Nullable Place next)
            implements OperationResponseBody {}

    /**
     * What a change has done.
     *
     * @param changed whether it was not so before
     * @param outbox the outbox as it is now
     */
    public record Changed(boolean changed, OutboxDescription outbox) implements OperationResponseBody {}
}
