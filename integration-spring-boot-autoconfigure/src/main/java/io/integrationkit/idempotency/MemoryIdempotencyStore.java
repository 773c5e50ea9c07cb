package io.integrationkit.idempotency;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keys of one process. The cache forgets a key when its time is over and its claim is not held any more, and never
 * before: it has no size of its own. Room for a new key is taken before the key is there, so a full store refuses it; to
 * forget another one would do that one's work twice.
 *
 * <p>A key whose result is known is read without a lock. Everything else happens in the cache's computation for that key.
 */
final class MemoryIdempotencyStore implements IdempotencyStore {

    private static final int MOST_FOUND = 256;

    private final int maxEntries;

    private final TimeSource time;

    private final Cache<IdempotencyKey, MemoryKey> keys;

    private final AtomicInteger taken = new AtomicInteger();

    private final AtomicLong lastEpoch = new AtomicLong();

    MemoryIdempotencyStore(int maxEntries, TimeSource time) {
        InvalidOperationException.requireCount(
                "integration.idempotency.max-entries", maxEntries, "leaves no room for a key");
        this.maxEntries = maxEntries;
        this.time = time;
        this.keys = Caffeine.newBuilder()
                .ticker(time::nanoTime)
                .executor(Runnable::run)
                .expireAfter(new Retention())
                .evictionListener((key, value, cause) -> this.taken.decrementAndGet())
                .build();
    }

    @Override
    public Claim claim(ClaimRequest request) {
        MemoryKey known = this.keys.getIfPresent(request.key());
        if (known != null) {
            Claim answer = known.at(this.time.nanoTime()).answer(request);
            if (answer != null) {
                return answer;
            }
        }
        Claim claim = tryClaim(request);
        if (claim == null) {
            this.keys.cleanUp();
            claim = tryClaim(request);
        }
        if (claim == null) {
            throw full(request);
        }
        return claim;
    }

    /** {@code null} if the key is new and there is no room for it. */
    private @Nullable Claim tryClaim(ClaimRequest request) {
        Attempt attempt = new Attempt(request);
        this.keys.asMap().compute(request.key(), attempt);
        return attempt.answer;
    }

    /** A claim, in the cache's computation for its key. */
    private final class Attempt implements BiFunction<IdempotencyKey, @Nullable MemoryKey, @Nullable MemoryKey> {

        private final ClaimRequest request;

        private final long lease;

        private final long ttl;

        private @Nullable Claim answer;

        Attempt(ClaimRequest request) {
            this.request = request;
            this.lease = request.lease().toNanos();
            this.ttl = request.ttl().toNanos();
        }

        @Override
        public @Nullable MemoryKey apply(IdempotencyKey key, @Nullable MemoryKey known) {
            long now = MemoryIdempotencyStore.this.time.nanoTime();
            if (known == null) {
                ClaimToken token = new ClaimToken(key, this.request.owner(), nextEpoch(), null);
                return takeRoom() ? granted(token, this.request.fingerprint(), now, false) : null;
            }
            KeyState state = known.at(now);
            this.answer = state.answer(this.request);
            return (this.answer != null)
                    ? known
                    : granted(
                            state.takenOverBy(this.request, nextEpoch()),
                            state.fingerprintFor(this.request),
                            now,
                            state.lapsed());
        }

        private MemoryKey granted(ClaimToken token, String fingerprint, long now, boolean lapsed) {
            this.answer = new Claim.Granted(token, lapsed);
            return MemoryKey.claimed(token, fingerprint, now + this.lease, now + this.ttl);
        }
    }

    private boolean takeRoom() {
        int before = this.taken.getAndUpdate((count) -> Math.min(count + 1, this.maxEntries));
        return before < this.maxEntries;
    }

    private RejectedException full(ClaimRequest request) {
        return new RejectedException(
                ProblemCode.STORE_FULL,
                "%s was not called: %d idempotency keys are in memory; raise integration.idempotency.max-entries=%d, shorten integration.idempotency.ttl, or keep the keys in a database"
                        .formatted(request.key().operation(), this.maxEntries, this.maxEntries),
                untilOneIsForgotten());
    }

    private Duration untilOneIsForgotten() {
        long now = this.time.nanoTime();
        return this.keys.policy().expireVariably().orElseThrow().oldest(1).values().stream()
                .map((next) -> Duration.ofNanos(Math.max(0, next.mustBeKeptFor(now))))
                .findFirst()
                .orElse(Duration.ZERO);
    }

    /** No two claims of this process have the same, and none a lower one than an earlier one. */
    private long nextEpoch() {
        return this.lastEpoch.accumulateAndGet(micros(), (last, now) -> Math.max(last + 1, now));
    }

    private long micros() {
        Instant now = this.time.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
    }

    @Override
    public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        return write(token, (held) -> held.done(result, this.time.nanoTime() + ttl.toNanos()));
    }

    @Override
    public boolean deadLetter(ClaimToken token, String entryId, Duration ttl) {
        return write(token, (held) -> held.deadLettered(entryId, this.time.nanoTime() + ttl.toNanos()));
    }

    @Override
    public boolean extend(ClaimToken token, Duration lease) {
        return write(token, (held) -> held.leasedUntil(this.time.nanoTime() + lease.toNanos()));
    }

    @Override
    public boolean release(ClaimToken token) {
        return write(token, MemoryKey::freed);
    }

    private boolean write(ClaimToken token, Function<MemoryKey, @Nullable MemoryKey> change) {
        return write(token.key(), (known) -> known.heldBy(token), change);
    }

    @Override
    public boolean free(IdempotencyKey key, long epoch) {
        return write(key, (known) -> known.heldUnder(epoch), MemoryKey::freed);
    }

    private boolean write(
            IdempotencyKey key, Predicate<MemoryKey> mayWrite, Function<MemoryKey, @Nullable MemoryKey> change) {
        AtomicBoolean written = new AtomicBoolean();
        this.keys.asMap().computeIfPresent(key, (same, known) -> {
            if (!mayWrite.test(known)) {
                return known;
            }
            written.set(true);
            MemoryKey changed = change.apply(known);
            if (changed == null) {
                this.taken.decrementAndGet();
            }
            return changed;
        });
        return written.get();
    }

    @Override
    public List<KeyStatus> find(String operation, String hash) {
        long now = this.time.nanoTime();
        return this.keys.asMap().entrySet().stream()
                .filter((each) -> each.getKey().operation().equals(operation)
                        && each.getKey().hash().equals(hash))
                .limit(MOST_FOUND)
                .map((each) -> each.getValue().status(each.getKey(), now))
                .toList();
    }

    @Override
    public KeyCounts counts() {
        KeyCounter counter = new KeyCounter(micros());
        long now = this.time.nanoTime();
        for (MemoryKey each : this.keys.asMap().values()) {
            counter.count(each.phase(), each.leaseUntil() - now > 0, each.epoch());
        }
        return counter.counts(false);
    }

    @Override
    public int deleteExpired(int limit) {
        this.keys.cleanUp();
        return 0;
    }

    @Override
    public String engine() {
        return "memory";
    }

    @Override
    public boolean durable() {
        return false;
    }

    /** Keeps a key as long as its own times say; nobody's reading changes that. */
    private static final class Retention implements Expiry<IdempotencyKey, MemoryKey> {

        @Override
        public long expireAfterCreate(IdempotencyKey key, MemoryKey value, long now) {
            return value.mustBeKeptFor(now);
        }

        @Override
        public long expireAfterUpdate(IdempotencyKey key, MemoryKey value, long now, long left) {
            return value.mustBeKeptFor(now);
        }

        @Override
        public long expireAfterRead(IdempotencyKey key, MemoryKey value, long now, long left) {
            return left;
        }
    }
}
