package io.integrationkit.autoconfigure.outbox;

import io.integrationkit.outbox.Backpressure;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Limits of the backlog. */
public final class OutboxBackpressureProperties {

    /** Age of the oldest message from which publishing is held up. No limit if not set. */
    private @Nullable Duration maxAge;

    /** Number of messages from which publishing is held up. No limit if not set. */
    private @Nullable Long maxMessages;

    /** What a publish meets while a limit is reached. */
    private Backpressure.Action action = Backpressure.Action.REFUSE;

    /** Longest wait of a publish that is slowed before it is refused. */
    private Duration maxWait = Duration.ofSeconds(1);

    /** Maximum number of publishes that wait at once, each with the connection of its transaction. */
    private int maxWaiting = 4;

    public @Nullable Duration getMaxAge() {
        return this.maxAge;
    }

    public void setMaxAge(@Nullable Duration maxAge) {
        this.maxAge = maxAge;
    }

    public @Nullable Long getMaxMessages() {
        return this.maxMessages;
    }

    public void setMaxMessages(@Nullable Long maxMessages) {
        this.maxMessages = maxMessages;
    }

    public Backpressure.Action getAction() {
        return this.action;
    }

    public void setAction(Backpressure.Action action) {
        this.action = action;
    }

    public Duration getMaxWait() {
        return this.maxWait;
    }

    public void setMaxWait(Duration maxWait) {
        this.maxWait = maxWait;
    }

    public int getMaxWaiting() {
        return this.maxWaiting;
    }

    public void setMaxWaiting(int maxWaiting) {
        this.maxWaiting = maxWaiting;
    }

    Backpressure toBackpressure() {
        return new Backpressure(this.maxAge, this.maxMessages, this.action, this.maxWait, this.maxWaiting);
    }
}
