package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What every {@link IdempotencyStore} does, as tests for JUnit. Extend it to see whether a store of your own keeps its
 * promises:
 *
 * <pre>{@code
 * class MyStoreTests extends IdempotencyStoreContract {
 *
 *     private final VirtualTime time = new VirtualTime();
 *
 *     private final IdempotencyStore store = new MyStore(this.time);
 *
 *     @Override
 *     protected IdempotencyStore store() {
 *         return this.store;
 *     }
 *
 *     @Override
 *     protected void endLeases() {
 *         this.time.advance(Duration.ofMinutes(1));
 *     }
 *
 *     @Override
 *     protected void endRetention() {
 *         this.time.advance(Duration.ofDays(1));
 *     }
 * }
 * }</pre>
 *
 * <p>Three hooks are to be given: {@link #store()}, without keys when a test begins, {@link #endLeases()} and
 * {@link #endRetention()}. A store whose time is that of a server changes there what the server knows. A claim with a lease
 * of two days must outlive {@link #endRetention()}; {@link #endLeases()} may leave the retention alone or not. A store
 * that deletes by itself what is over says so in {@link #forgetsByItself()}. Operations and scopes may be any text
 * without control characters; hashes and fingerprints are 64 hexadecimal digits in lower case.
 *
 * <p>The races use up to 64 threads of the calling JVM. Several instances that share the state of a store should be
 * tested besides.
 */
public abstract class IdempotencyStoreContract extends StoreRetentionContract {

    /** Creates the tests; JUnit does for each of them. */
    protected IdempotencyStoreContract() {}

    @Test
    void of64CallersOneDoesTheWork() throws Exception {
        AtomicInteger effects = new AtomicInteger();
        for (Claim each : together(64, () -> {
            Claim claim = claim();
            if (claim instanceof Claim.Granted granted) {
                effects.incrementAndGet();
                assertThat(store().complete(granted.token(), RESULT, TTL)).isTrue();
            }
            return claim;
        })) {
            assertThat(each).isInstanceOfAny(Claim.Granted.class, Claim.InProgress.class, Claim.Done.class);
        }
        assertThat(effects).hasValue(1);
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void of64ThievesOneGetsALapsedKey() throws Exception {
        ClaimToken zombie = granted(claim());
        endLeases();
        List<Claim> claims = together(64, this::claim);
        assertThat(claims).filteredOn(Claim.Granted.class::isInstance).hasSize(1);
        assertThat(claims).filteredOn(Claim.InProgress.class::isInstance).hasSize(63);
        assertThatNothingCounts(zombie);
    }

    @Test
    void ofAZombieAndItsThievesOneWins() throws Exception {
        for (int round = 0; round < 60; round++) {
            IdempotencyKey each = newKey();
            ClaimToken zombie = granted(claim(each));
            store().extend(zombie, Duration.ZERO);
            AtomicInteger number = new AtomicInteger();
            AtomicInteger effects = new AtomicInteger();
            together(4, () -> {
                if (number.getAndIncrement() == 0) {
                    if (store().complete(zombie, NOTHING, TTL)) {
                        effects.incrementAndGet();
                    }
                } else if (claim(each) instanceof Claim.Granted granted) {
                    effects.incrementAndGet();
                    assertThat(store().complete(granted.token(), RESULT, TTL)).isTrue();
                }
                return null;
            });
            assertThat(effects).hasValue(1);
            assertThat(claim(each)).isInstanceOf(Claim.Done.class);
        }
    }

    @Test
    void callersWhoGiveTheKeyBackFollowEachOtherOneAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        together(16, () -> {
            Claim claim = claim();
            if (claim instanceof Claim.Granted granted) {
                together.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                assertThat(store().release(granted.token())).isTrue();
            }
            return claim;
        });
        assertThat(together).hasValue(1);
        assertThat(claim()).isInstanceOf(Claim.Granted.class);
    }

    @Test
    void theCleanUpNeverTakesAKeyFromOneWhoJustGotIt() throws Exception {
        for (int round = 0; round < 10; round++) {
            store().complete(granted(claim()), RESULT, TTL);
            endRetention();
            AtomicInteger number = new AtomicInteger();
            AtomicInteger effects = new AtomicInteger();
            together(16, () -> {
                if (number.getAndIncrement() % 4 == 0) {
                    store().deleteExpired(10);
                } else if (claim() instanceof Claim.Granted) {
                    effects.incrementAndGet();
                }
                return null;
            });
            assertThat(effects).hasValue(1);
            Claim next = claim();
            assertThat(next).isInstanceOf(Claim.InProgress.class);
            store().free(
                            this.key,
                            store().find(OPERATION, this.key.hash()).get(0).epoch());
        }
    }

    @Test
    void anOperatorAndTheHolderDoNotBothEndAClaim() throws Exception {
        for (int round = 0; round < 20; round++) {
            IdempotencyKey each = newKey();
            ClaimToken token = granted(claim(each));
            AtomicInteger number = new AtomicInteger();
            List<Boolean> ended = together(
                    2,
                    () -> (number.getAndIncrement() == 0)
                            ? store().complete(token, RESULT, TTL)
                            : store().free(each, token.epoch()));
            assertThat(ended).containsExactlyInAnyOrder(true, false);
        }
    }
}
