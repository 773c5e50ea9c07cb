package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.idempotency.KeyState.State;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys of one process. A full store looks for keys it may forget, and refuses a new one if there are none: to forget a
 * key before its time would do its work twice.
 */
final class MemoryIdempotencyStore implements IdempotencyStore {

    private final int maxEntries;

    private final TimeSource time;

    private final Map<IdempotencyKey, Entry> entries = new HashMap<>();

    /** No key can be forgotten before this time. */
    private long nextExpiry;

    MemoryIdempotencyStore(int maxEntries, TimeSource time) {
        if (maxEntries < 1) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "integration.idempotency.max-entries=%d leaves no room for a key".formatted(maxEntries),
                    "Set integration.idempotency.max-entries to one or more.");
        }
        this.maxEntries = maxEntries;
        this.time = time;
        this.nextExpiry = time.nanoTime();
    }

    /** A key; {@code state.leaseLeft} and {@code state.forgotten} are measured anew from the two times. */
    private record Entry(KeyState state, long leaseUntil, long expiresAt) {

        KeyState at(long now) {
            return new KeyState(
                    this.state.state(),
                    this.state.fingerprint(),
                    this.state.owner(),
                    this.state.epoch(),
                    Duration.ofNanos(this.leaseUntil - now),
                    this.expiresAt - now <= 0,
                    this.state.result(),
                    this.state.deadLetterId());
        }

        boolean deletable(long now) {
            boolean held = this.state.state() == State.IN_PROGRESS && this.leaseUntil - now > 0;
            return !held && this.expiresAt - now <= 0;
        }

        boolean heldBy(ClaimToken token) {
            return this.state.state() == State.IN_PROGRESS
                    && this.state.owner().equals(token.owner())
                    && this.state.epoch() == token.epoch();
        }
    }

    @Override
    public synchronized Claim claim(ClaimRequest request) {
        long now = this.time.nanoTime();
        Entry entry = this.entries.get(request.key());
        if (entry == null) {
            requireRoom(request, now);
            return grant(request, new ClaimToken(request.key(), request.owner(), 1, null), request.fingerprint(), now);
        }
        KeyState state = entry.at(now);
        Claim answer = state.answer(request);
        return (answer != null)
                ? answer
                : grant(request, state.takenOverBy(request), state.fingerprintFor(request), now);
    }

    private Claim grant(ClaimRequest request, ClaimToken token, String fingerprint, long now) {
        put(
                token,
                State.IN_PROGRESS,
                fingerprint,
                null,
                token.deadLetterId(),
                now + request.lease().toNanos(),
                now + request.ttl().toNanos());
        return new Claim.Granted(token);
    }

    private void put(
            ClaimToken token,
            State state,
            String fingerprint,
            @Nullable StoredResult result,
            @Nullable String deadLetterId,
            long leaseUntil,
            long expiresAt) {
        KeyState known = new KeyState(
                state, fingerprint, token.owner(), token.epoch(), Duration.ZERO, false, result, deadLetterId);
        this.entries.put(token.key(), new Entry(known, leaseUntil, expiresAt));
        if (expiresAt - this.nextExpiry < 0) {
            this.nextExpiry = expiresAt;
        }
    }

    private void requireRoom(ClaimRequest request, long now) {
        if (this.entries.size() < this.maxEntries) {
            return;
        }
        if (this.nextExpiry - now <= 0) {
            forget(Integer.MAX_VALUE, now);
        }
        if (this.entries.size() >= this.maxEntries) {
            throw new RejectedException(
                    ProblemCode.STORE_FULL,
                    "%s was not called: %d idempotency keys are in memory; raise integration.idempotency.max-entries=%d, shorten integration.idempotency.ttl, or keep the keys in a database"
                            .formatted(request.key().operation(), this.entries.size(), this.maxEntries),
                    Duration.ofNanos(Math.max(0, this.nextExpiry - now)));
        }
    }

    private int forget(int limit, long now) {
        int forgotten = 0;
        long next = Long.MAX_VALUE;
        for (Iterator<Entry> each = this.entries.values().iterator(); each.hasNext(); ) {
            Entry entry = each.next();
            if (forgotten < limit && entry.deletable(now)) {
                each.remove();
                forgotten++;
            } else {
                next = Math.min(next, entry.expiresAt() - now);
            }
        }
        this.nextExpiry = this.entries.isEmpty() ? now : now + next;
        return forgotten;
    }

    @Override
    public synchronized boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        return end(token, State.DONE, result, token.deadLetterId(), ttl);
    }

    @Override
    public synchronized boolean deadLetter(ClaimToken token, String entryId, Duration ttl) {
        return end(token, State.DEAD_LETTERED, null, entryId, ttl);
    }

    @Override
    public synchronized boolean release(ClaimToken token) {
        Entry entry = this.entries.get(token.key());
        if (entry == null || !entry.heldBy(token)) {
            return false;
        }
        if (token.deadLetterId() == null) {
            this.entries.remove(token.key());
        } else {
            put(
                    token,
                    State.DEAD_LETTERED,
                    entry.state().fingerprint(),
                    null,
                    token.deadLetterId(),
                    entry.leaseUntil(),
                    entry.expiresAt());
        }
        return true;
    }

    private boolean end(
            ClaimToken token, State state, @Nullable StoredResult result, @Nullable String deadLetterId, Duration ttl) {
        Entry entry = this.entries.get(token.key());
        if (entry == null || !entry.heldBy(token)) {
            return false;
        }
        long expiresAt = this.time.nanoTime() + ttl.toNanos();
        put(token, state, entry.state().fingerprint(), result, deadLetterId, entry.leaseUntil(), expiresAt);
        return true;
    }

    @Override
    public synchronized int deleteExpired(int limit) {
        return forget(limit, this.time.nanoTime());
    }

    @Override
    public String engine() {
        return "memory";
    }

    @Override
    public boolean durable() {
        return false;
    }
}
