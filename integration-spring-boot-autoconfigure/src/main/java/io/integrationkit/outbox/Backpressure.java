package io.integrationkit.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happens to a publish while more is owed than the application wants to owe.
 *
 * @param maxAge age of the oldest message from which it acts, or {@code null} for no limit
 * @param maxMessages number of messages from which it acts, or {@code null} for no limit
 * @param action what it does
 * @param maxWait longest wait of a publish that is slowed
 * @param maxWaiting how many publishes may wait at once; each holds the connection of its transaction, and the relay
 *     needs one to make room
 */
public record Backpressure(
        @Nullable Duration maxAge, @Nullable Long maxMessages, Action action, Duration maxWait, int maxWaiting) {

    /** No limit. */
    public static final Backpressure OFF = new Backpressure(null, null, Action.REFUSE, Duration.ofSeconds(1), 4);

    public Backpressure {
        OutboxSpec.check(
                maxAge == null || maxAge.toMillis() >= 1000,
                "backpressure.max-age",
                String.valueOf(maxAge),
                "at least 1s");
        OutboxSpec.check(
                maxMessages == null || maxMessages >= 1,
                "backpressure.max-messages",
                String.valueOf(maxMessages),
                "at least 1");
        OutboxSpec.check(
                maxWait.toMillis() >= 1 && maxWait.compareTo(Duration.ofMinutes(1)) <= 0,
                "backpressure.max-wait",
                maxWait,
                "between 1ms and 1m");
        OutboxSpec.check(maxWaiting >= 1, "backpressure.max-waiting", maxWaiting, "at least 1");
    }

    /** What a publish meets while there is too much. */
    public enum Action {
        /** It is refused at once. */
        REFUSE,
        /** It waits, and is refused if nothing has changed by then. */
        SLOW
    }

    /** Whether there is any limit. */
    boolean limits() {
        return this.maxAge != null || this.maxMessages != null;
    }

    /** Says what is too much, naming the property, or nothing. */
    @Nullable
    String exceeded(OutboxBacklog backlog) {
        if (this.maxMessages != null && backlog.messages() >= this.maxMessages) {
            return "%d messages are owed (integration.outbox.backpressure.max-messages=%d)"
                    .formatted(backlog.messages(), this.maxMessages);
        }
        Duration age = backlog.oldestAge();
        if (this.maxAge != null && age != null && age.compareTo(this.maxAge) >= 0) {
            return "the oldest message is owed for %s (integration.outbox.backpressure.max-age=%s)"
                    .formatted(age, this.maxAge);
        }
        return null;
    }
}
