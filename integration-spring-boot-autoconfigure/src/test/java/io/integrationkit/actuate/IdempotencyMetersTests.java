package io.integrationkit.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.Sha256;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyCounts;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.simple.SimpleConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What meters tell of idempotency keys, and what it costs to ask them. */
class IdempotencyMetersTests {

    private final ManualTime time = new ManualTime();

    private final CountedStore store = new CountedStore(IdempotencyStore.inMemory(100, this.time));

    private final MockClock clock = new MockClock();

    private final MeterRegistry registry = new SimpleMeterRegistry(SimpleConfig.DEFAULT, this.clock);

    @Test
    void keysAreCountedOnceAMinuteForAllMeters() {
        new IdempotencyMeters(this.store, new IdempotencyStatistics(), List.of()).bindTo(this.registry);
        assertThat(age()).isZero();
        claim("1");
        this.time.advance(Duration.ofMinutes(5));
        claim("2");
        assertThat(keys("lapsed")).as("of the same minute").isZero();
        this.clock.add(Duration.ofMinutes(1));
        assertThat(keys("lapsed")).isEqualTo(1);
        assertThat(keys("in-progress")).isEqualTo(1);
        assertThat(keys("done")).isZero();
        assertThat(keys("dead-lettered")).isZero();
        assertThat(age()).isEqualTo(300);
        assertThat(this.store.asked).isEqualTo(2);
    }

    @Test
    void aStoreThatIsAwayIsNotANumberAndAskedAgain() {
        new IdempotencyMeters(this.store, new IdempotencyStatistics(), List.of()).bindTo(this.registry);
        this.store.away = true;
        assertThat(keys("done")).isNaN();
        this.store.away = false;
        assertThat(keys("done")).isZero();
    }

    private double keys(String state) {
        return this.registry
                .get("integration.idempotency.keys")
                .tag("state", state)
                .gauge()
                .value();
    }

    private double age() {
        return this.registry
                .get("integration.idempotency.oldest.claim.age")
                .gauge()
                .value();
    }

    private void claim(String key) {
        this.store.claim(new ClaimRequest(
                new IdempotencyKey("payments.charge", "alice", Sha256.hex(key)),
                "cc".repeat(32),
                "owner",
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                true,
                null));
    }

    private static final class CountedStore extends DelegatingIdempotencyStore {

        private int asked;

        private boolean away;

        CountedStore(IdempotencyStore store) {
            super(store);
        }

        @Override
        public KeyCounts counts() {
            this.asked++;
            if (this.away) {
                throw new IllegalStateException("away");
            }
            return super.counts();
        }
    }
}
