package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.MessageIdentity;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;

/** What the parts of the contract share: the hooks, and deliveries as a listener would make them. */
abstract class InboxUnderTest {

    static final String CONSUMER = "projection.on";

    static final TimeSource TIME = TimeSource.system();

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    final MessageIdentity message = newMessage();

    /** For use by the contract only. */
    InboxUnderTest() {}

    /**
     * Returns the inbox. It knows no message when a test begins.
     *
     * @return the same inbox as long as a test runs
     */
    protected abstract Inbox inbox();

    /**
     * Lets the time be over for which messages are remembered that were handled so far. An inbox that remembers a number
     * of messages gets that many others.
     */
    protected abstract void endRetention();

    /**
     * Tells whether the inbox forgets messages by itself, so that {@link Inbox#deleteExpired} has nothing to delete.
     *
     * @return whether it does; {@code false} unless overridden
     */
    protected boolean forgetsByItself() {
        return false;
    }

    static MessageIdentity newMessage() {
        return new MessageIdentity(CONSUMER, "shop", UUID.randomUUID().toString());
    }

    final boolean transactional() {
        return inbox().transactions() != null;
    }

    /** Runs work in a transaction of the inbox, if it has any. */
    final <T> T within(Supplier<T> work) {
        var database = inbox().transactions();
        return (database != null) ? database.inTransaction(work) : work.get();
    }

    /** Delivers a message to a handler that may throw; tells whether it was let in and handled. */
    final Arrival deliver(MessageIdentity delivered, Runnable handler) {
        return within(() -> {
            Arrival arrival = inbox().receive(delivered);
            if (arrival == Arrival.FIRST) {
                try {
                    handler.run();
                } catch (RuntimeException ex) {
                    inbox().forget(delivered);
                    throw ex;
                }
                inbox().handled(delivered);
            }
            return arrival;
        });
    }

    final Arrival deliver(MessageIdentity delivered) {
        return deliver(delivered, () -> {});
    }

    /** Delivers a message until somebody has handled it, as a container would; handlers that fail are tried again. */
    final void deliverUntilHandled(MessageIdentity delivered, Runnable handler) {
        long began = TIME.nanoTime();
        while (inTime(began)) {
            try {
                if (deliver(delivered, handler) != Arrival.IN_FLIGHT) {
                    return;
                }
            } catch (RuntimeException ex) {
                // The handler failed, or the database chose this transaction to end a deadlock: it comes again.
            }
            Thread.onSpinWait();
        }
        assertThat(delivered).as("handled at last").isNull();
    }

    /** Whether it is worth trying again; a number of deliveries would be over before another thread had its turn. */
    static boolean inTime(long began) {
        return TIME.nanoTime() - began < PATIENCE.toNanos();
    }
}
