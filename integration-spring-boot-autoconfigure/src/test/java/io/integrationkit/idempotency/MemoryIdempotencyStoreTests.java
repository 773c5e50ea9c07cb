package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Race;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MemoryIdempotencyStoreTests {

    private static final String FINGERPRINT = "cc".repeat(32);

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final StoredResult VOID = StoredResult.of(StoredResult.Kind.VOID);

    private final ManualTime time = new ManualTime();

    private final IdempotencyStore store = IdempotencyStore.inMemory(100, this.time);

    @Test
    void aLeaseEndsWithItsLastNanosecond() {
        granted(this.store.claim(request(1)));
        this.time.advance(LEASE.minusNanos(1));
        assertThat(this.store.claim(request(1))).isEqualTo(new Claim.InProgress(Duration.ofNanos(1)));
        this.time.advance(Duration.ofNanos(1));
        granted(this.store.claim(request(1)));
    }

    @Test
    void aResultIsForgottenWithItsLastNanosecond() {
        Duration ttl = Duration.ofHours(1);
        this.store.complete(granted(this.store.claim(request(1))), VOID, ttl);
        this.time.advance(ttl.minusNanos(1));
        assertThat(this.store.claim(request(1))).isEqualTo(new Claim.Done(VOID, Duration.ofNanos(1)));
        this.time.advance(Duration.ofNanos(1));
        assertThat(this.store.find("crm.update", key(1).hash())).isEmpty();
        granted(this.store.claim(request(1)));
    }

    @Test
    void manyCallersNeverGetMoreKeysThanThereIsRoomFor() throws Exception {
        IdempotencyStore small = IdempotencyStore.inMemory(10, this.time);
        for (int round = 0; round < 20; round++) {
            AtomicInteger number = new AtomicInteger();
            AtomicInteger given = new AtomicInteger();
            Race.run(16, () -> {
                for (int i = 0; i < 4; i++) {
                    try {
                        granted(small.claim(request(number.incrementAndGet())));
                        given.incrementAndGet();
                    } catch (RejectedException ex) {
                        assertThat(ex.code()).isEqualTo(ProblemCode.STORE_FULL);
                    }
                }
                return null;
            });
            assertThat(given).hasValue(10);
            assertThat(small.counts().inProgress()).isEqualTo(10);
            this.time.advance(Duration.ofHours(24));
        }
    }

    @Test
    void theEpochRisesAlsoWhereTheClockIsTurnedBack() {
        TurnedBack clock = new TurnedBack();
        IdempotencyStore turned = IdempotencyStore.inMemory(10, clock);
        ClaimToken first = granted(turned.claim(request(1)));
        turned.release(first);
        clock.back = Duration.ofDays(1);
        assertThat(granted(turned.claim(request(1))).epoch()).isGreaterThan(first.epoch());
        assertThat(granted(turned.claim(request(2))).epoch()).isGreaterThan(first.epoch() + 1);
    }

    @Test
    void aFullStoreRefusesANewKeyUntilOneMayBeForgotten() {
        IdempotencyStore small = IdempotencyStore.inMemory(2, this.time);
        small.complete(granted(small.claim(request(1))), VOID, Duration.ofHours(1));
        granted(small.claim(request(2)));
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(() -> small.claim(request(3)))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.STORE_FULL);
                    assertThat(ex.retryAfter()).isEqualTo(Duration.ofHours(1));
                })
                .withMessageContaining("integration.idempotency.max-entries=2");
        assertThat(small.claim(request(1))).isInstanceOf(Claim.Done.class);
        this.time.advance(Duration.ofHours(1));
        granted(small.claim(request(3)));
        assertThatExceptionOfType(RejectedException.class).isThrownBy(() -> small.claim(request(4)));
    }

    @Test
    void aKeyGivenBackMakesRoom() {
        IdempotencyStore small = IdempotencyStore.inMemory(1, this.time);
        small.release(granted(small.claim(request(1))));
        granted(small.claim(request(2)));
    }

    @Test
    void itSaysWhatARestartLoses() {
        assertThat(this.store.durable()).isFalse();
        assertThat(this.store.engine()).isEqualTo("memory");
    }

    @Test
    void aStoreWithoutRoomIsRefused() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> IdempotencyStore.inMemory(0, this.time))
                .withMessageContaining("integration.idempotency.max-entries=0");
    }

    private static ClaimRequest request(int number) {
        return new ClaimRequest(key(number), FINGERPRINT, "owner", LEASE, Duration.ofHours(24), true, null);
    }

    private static ClaimToken granted(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }

    private static IdempotencyKey key(int number) {
        return new IdempotencyKey("crm.update", "", "%064x".formatted(number));
    }

    private static final class TurnedBack implements TimeSource {

        private final TimeSource time = TimeSource.system();

        private Duration back = Duration.ZERO;

        @Override
        public Instant now() {
            return this.time.now().minus(this.back);
        }

        @Override
        public long nanoTime() {
            return this.time.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            this.time.sleep(duration);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return this.time.schedule(delay, task);
        }
    }
}
