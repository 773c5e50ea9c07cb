package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.StoredResult;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the parts of the contract share: the hooks, and calls that want a key. */
abstract class StoreUnderTest {

    static final Duration LEASE = Duration.ofSeconds(30);

    static final Duration TTL = Duration.ofHours(24);

    static final String OPERATION = "crm.update";

    static final String ARGUMENTS = "aa".repeat(32);

    static final String OTHER_ARGUMENTS = "bb".repeat(32);

    static final StoredResult RESULT =
            new StoredResult(StoredResult.Kind.VALUE, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));

    static final StoredResult NOTHING = new StoredResult(StoredResult.Kind.NULL, null);

    final IdempotencyKey key = newKey();

    /** For use by the contract only. */
    StoreUnderTest() {}

    /**
     * Returns the store. It holds no key when a test begins.
     *
     * @return the same store as long as a test runs
     */
    protected abstract IdempotencyStore store();

    /** Lets the lease of every claim be over that is not longer than a minute. */
    protected abstract void endLeases();

    /** Lets the time be over for which every key is remembered, if it is not longer than a day. */
    protected abstract void endRetention();

    /**
     * Tells whether the store forgets keys by itself, so that {@link IdempotencyStore#deleteExpired} has nothing to
     * delete.
     *
     * @return whether it does; {@code false} unless overridden
     */
    protected boolean forgetsByItself() {
        return false;
    }

    static IdempotencyKey newKey() {
        return new IdempotencyKey(OPERATION, "", newHash());
    }

    static String newHash() {
        return UUID.randomUUID().toString().replace("-", "").repeat(2);
    }

    final Claim claim() {
        return claim(this.key);
    }

    final Claim claim(IdempotencyKey of) {
        return store().claim(request(of, ARGUMENTS, true, null));
    }

    final Claim claimWithOtherArguments() {
        return store().claim(request(this.key, OTHER_ARGUMENTS, true, null));
    }

    final Claim claimUnlessLapsed() {
        return store().claim(request(this.key, ARGUMENTS, false, null));
    }

    final Claim replay(String entryId) {
        return store().claim(request(this.key, ARGUMENTS, true, entryId));
    }

    static ClaimRequest request(IdempotencyKey of, String fingerprint, boolean takesOver, @Nullable String replayOf) {
        return request(of, fingerprint, LEASE, takesOver, replayOf);
    }

    static ClaimRequest request(
            IdempotencyKey of, String fingerprint, Duration lease, boolean takesOver, @Nullable String replayOf) {
        return new ClaimRequest(of, fingerprint, UUID.randomUUID().toString(), lease, TTL, takesOver, replayOf);
    }

    static Claim.Granted grant(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return (Claim.Granted) claim;
    }

    static ClaimToken granted(Claim claim) {
        return grant(claim).token();
    }

    final void assertThatNothingCounts(ClaimToken late) {
        assertThat(store().extend(late, LEASE)).isFalse();
        assertThat(store().complete(late, NOTHING, TTL)).isFalse();
        assertThat(store().deadLetter(late, "late", TTL)).isFalse();
        assertThat(store().release(late)).isFalse();
        assertThat(store().free(late.key(), late.epoch())).isFalse();
    }

    /** Runs the work on several threads that begin together, and waits for all of them. */
    static <T> List<T> together(int threads, Callable<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            Callable<T> begun = () -> {
                start.await(30, TimeUnit.SECONDS);
                return work.call();
            };
            List<Future<T>> all = executor.invokeAll(
                    IntStream.range(0, threads).mapToObj((number) -> begun).toList(), 60, TimeUnit.SECONDS);
            List<T> results = new ArrayList<>();
            for (Future<T> each : all) {
                results.add(each.get());
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
