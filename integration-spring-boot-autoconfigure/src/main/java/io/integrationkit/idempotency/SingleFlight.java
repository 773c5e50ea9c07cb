package io.integrationkit.idempotency;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Lets one call of each key of this process go on to the store. The others wait for it without a connection, so that a
 * key that is in great demand takes one connection and not the whole pool.
 */
final class SingleFlight {

    private final ConcurrentMap<IdempotencyKey, Flight> flights = new ConcurrentHashMap<>();

    private final TimeSource time;

    SingleFlight(TimeSource time) {
        this.time = time;
    }

    /** A call that went on. */
    static final class Flight {

        private final String fingerprint;

        private final CompletableFuture<Boolean> landed = new CompletableFuture<>();

        Flight(String fingerprint) {
            this.fingerprint = fingerprint;
        }

        String fingerprint() {
            return this.fingerprint;
        }
    }

    /** Lets a call go on, or returns the one that it has to wait for. */
    @Nullable
    Flight enter(IdempotencyKey key, Flight flight) {
        return this.flights.putIfAbsent(key, flight);
    }

    /** Lets those go on that wait for a call; may be called twice. */
    void leave(IdempotencyKey key, Flight flight) {
        this.flights.remove(key, flight);
        flight.landed.complete(true);
    }

    /**
     * Waits for a call.
     *
     * @return whether it has ended in time
     * @throws InterruptedException if the thread is asked to stop meanwhile
     */
    boolean await(Flight flight, Duration longest) throws InterruptedException {
        if (longest.isZero() || longest.isNegative()) {
            return flight.landed.isDone();
        }
        CompletableFuture<Boolean> end = new CompletableFuture<>();
        TimeSource.Timer timer = this.time.schedule(longest, () -> end.complete(false));
        flight.landed.thenAccept(end::complete);
        try {
            return end.get();
        } catch (ExecutionException ex) {
            throw new IllegalStateException("A flight cannot fail", ex);
        } finally {
            timer.cancel();
        }
    }
}
