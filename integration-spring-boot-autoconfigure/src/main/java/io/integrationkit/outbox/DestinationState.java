package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.Redaction;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a destination can be reached. One that failed is left alone for a growing time and then asked with a single
 * message; so is one that nothing was sent to yet. Used by the relay's thread only.
 */
final class DestinationState {

    private static final Logger logger = LoggerFactory.getLogger(DestinationState.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private static final int LONGEST_DOUBLING = 10;

    private final String name;

    private final RelayCounters counters;

    private final int mostInFlight;

    private boolean proven;

    private boolean overtaken;

    private int inFlight;

    private int failures;

    private long failedAt;

    private long pausedUntil;

    DestinationState(String name, RelayCounters counters, int mostInFlight) {
        this.name = name;
        this.counters = counters;
        this.mostInFlight = mostInFlight;
    }

    /** Whether a send may begin now; if not, its messages need not even be read. */
    boolean maySend(long now) {
        return !paused(now) && this.inFlight < (this.proven ? this.mostInFlight : 1);
    }

    /** Whether it can be reached and has as many messages under way as it takes. */
    boolean full() {
        return this.proven && this.inFlight >= this.mostInFlight;
    }

    /** A message arrived out of the order of its key; logged once until the destination was out and is back. */
    void overtaken(StoredMessage message) {
        this.counters.overtaken.increment();
        if (!this.overtaken) {
            this.overtaken = true;
            logger.warn(
                    "Messages of '{}' arrived before an earlier one of their key, which send mode 'pipelined' allows; the"
                            + " first is told here ({}), all are counted",
                    this.name,
                    message.record().messageId());
        }
    }

    /** Whether it answered since it last failed. */
    boolean proven() {
        return this.proven;
    }

    boolean paused(long now) {
        return this.failures > 0 && this.pausedUntil - now > 0;
    }

    long pausedUntil() {
        return this.pausedUntil;
    }

    void begun() {
        this.inFlight++;
    }

    /** An answer, good or not, shows that the destination is there, unless it was asked before the last failure. */
    void answered(long begun) {
        this.inFlight--;
        if (this.failures > 0 && begun - this.failedAt < 0) {
            return;
        }
        if (this.failures > 0) {
            logger.info("Destination '{}' can be reached again", this.name);
            this.counters.unavailable.remove(this.name);
        }
        if (this.failures > 0) {
            this.overtaken = false;
        }
        this.proven = true;
        this.failures = 0;
    }

    /** A send ended that tells nothing about the destination. */
    void ended() {
        this.inFlight--;
    }

    void failed(long now, Failure failure, Throwable cause) {
        this.inFlight--;
        unreachable(now, failure, cause);
    }

    /** Many sends that fail together are one failure: the pause grows only by those that begin after it. */
    void unreachable(long now, Failure failure, Throwable cause) {
        this.proven = false;
        this.counters.unavailable.put(this.name, Redaction.STANDARD.of(String.valueOf(cause.getMessage())));
        if (this.failures == 0) {
            logger.warn(
                    "{}: destination '{}' cannot be reached; its messages wait in order and none is given up ({})",
                    ProblemCode.DESTINATION_UNAVAILABLE,
                    this.name,
                    Redaction.STANDARD.of(cause.toString()));
        }
        if (!paused(now)) {
            this.failures++;
            this.failedAt = now;
            this.pausedUntil = now + pause(failure).toNanos();
        }
    }

    private Duration pause(Failure failure) {
        Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(this.failures - 1, LONGEST_DOUBLING));
        if (pause.compareTo(LONGEST_PAUSE) > 0) {
            pause = LONGEST_PAUSE;
        }
        Duration asked = failure.retryAfter();
        return (asked != null && asked.compareTo(pause) > 0) ? asked : pause;
    }
}
