package io.integrationkit.actuate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.outbox.OutboxDiagnosis;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.outbox.OutboxStatus;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * {@code /actuator/outbox}: what is owed to whom, who sends it, and what holds it up. Pauses and resumes destinations and
 * ends leases where {@code management.endpoint.outbox.access=unrestricted} allows it. Shows no payloads and headers.
 */
@Endpoint(id = "outbox", defaultAccess = Access.READ_ONLY)
public class OutboxEndpoint {

    private final OutboxOperations operations;

    private final OutboxStatistics statistics;

    /**
     * Creates the endpoint.
     *
     * @param operations the outbox of all instances
     * @param statistics what this instance has done
     */
    public OutboxEndpoint(OutboxOperations operations, OutboxStatistics statistics) {
        this.operations = operations;
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
                        this.statistics.lastError()),
                this.operations.diagnose(status),
                status.shards());
    }

    /**
     * Pauses or resumes, or ends a lease.
     *
     * @param action what to do
     * @param destination of a pause or its end: a destination, or {@code *} for all
     * @param shard of the lease that is to end
     * @param actor who asks for it
     * @return the outbox as it is now, and whether anything has changed
     * @throws InvalidOperationException if what the action is about is not given, or something else as well
     */
    @WriteOperation
    public Changed change(Action action, @Nullable String destination, @Nullable Integer shard, String actor) {
        boolean changed = switch (action) {
            case PAUSE -> withDestination(action, destination, shard, actor, this.operations::pause);
            case RESUME -> withDestination(action, destination, shard, actor, this.operations::resume);
            case RELEASE_LEASE -> releaseLease(destination, shard, actor);
        };
        return new Changed(changed, outbox());
    }

    private static boolean withDestination(
            Action action,
            @Nullable String destination,
            @Nullable Integer shard,
            String actor,
            BiPredicate<String, String> change) {
        if (destination == null || destination.isBlank() || shard != null) {
            throw invalid(
                    "'%s' is about a destination".formatted(action),
                    "Give 'destination', the name of one or * for all, and no 'shard'.");
        }
        return change.test(destination, actor);
    }

    private boolean releaseLease(@Nullable String destination, @Nullable Integer shard, String actor) {
        if (shard == null || destination != null) {
            throw invalid("'release_lease' is about a shard", "Give 'shard', a number, and no 'destination'.");
        }
        return this.operations.releaseLease(shard, actor);
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
        RELEASE_LEASE
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
     * @param lastError last error of the relay itself, or {@code null} if it works
     */
    public record Instance(
            Set<Integer> shards,
            long published,
            long sent,
            long failed,
            long deadLettered,
            @Nullable String lastError) {}

    /**
     * What a change has done.
     *
     * @param changed whether it was not so before
     * @param outbox the outbox as it is now
     */
    public record Changed(boolean changed, OutboxDescription outbox) implements OperationResponseBody {}
}
