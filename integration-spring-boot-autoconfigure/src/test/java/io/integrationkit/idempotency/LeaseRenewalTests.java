package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class LeaseRenewalTests {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration MAX_LEASE = Duration.ofMinutes(10);

    private final ManualTime time = new ManualTime();

    private final Store store = new Store(this.time);

    private final AtomicInteger given = new AtomicInteger();

    private boolean busy;

    private final Executor executor = (task) -> {
        if (this.busy) {
            throw new RejectedExecutionException("busy");
        }
        task.run();
    };

    private final KeySums sums = new KeySums();

    private final LeaseRenewal renewal = new LeaseRenewal(this.store, this.time, this.executor);

    static class Store extends DelegatingIdempotencyStore {

        int renewals;

        boolean broken;

        Runnable during = () -> {};

        ClaimToken claimed = new ClaimToken(new IdempotencyKey("none", "", "00".repeat(32)), "nobody", 0, null);

        Store(ManualTime time) {
            super(IdempotencyStore.inMemory(10, time));
        }

        @Override
        public boolean extend(ClaimToken token, Duration lease) {
            if (this.broken) {
                throw new IllegalStateException("the store is away");
            }
            this.renewals++;
            this.during.run();
            return super.extend(token, lease);
        }
    }

    @Test
    void aCallKeepsItsKeyForAsLongAsItRuns() {
        LeaseRenewal.Held held = begin();
        for (int i = 0; i < 18; i++) {
            this.time.advance(Duration.ofSeconds(10));
            assertThat(claim("thief")).isInstanceOf(Claim.InProgress.class);
        }
        assertThat(this.store.renewals).isEqualTo(18);
        held.end();
        this.time.advance(Duration.ofSeconds(31));
        assertThat(this.store.renewals).isEqualTo(18);
        assertThat(claim("thief")).isInstanceOf(Claim.Granted.class);
        assertThat(this.given).hasValue(0);
    }

    @Test
    void aShortCallIsNotRenewed() {
        LeaseRenewal.Held held = begin();
        this.time.advance(Duration.ofSeconds(9));
        held.end();
        this.time.advance(Duration.ofMinutes(1));
        assertThat(this.store.renewals).isZero();
    }

    @Test
    void aCallThatNeverEndsLosesItsKeyAtLast(CapturedOutput output) {
        begin();
        this.time.advance(MAX_LEASE.plus(LEASE).plusSeconds(1));
        assertThat(this.store.renewals).isEqualTo(59);
        assertThat(this.given).hasValue(1);
        assertThat(claim("thief")).isInstanceOf(Claim.Granted.class);
        assertThat(output).containsOnlyOnce("integration.idempotency.max-lease");
    }

    @Test
    void aRenewalThatFailsIsTriedAgainBeforeTheLeaseIsOver() {
        begin();
        this.store.broken = true;
        this.time.advance(Duration.ofSeconds(10));
        this.store.broken = false;
        this.busy = true;
        this.time.advance(Duration.ofSeconds(5));
        this.busy = false;
        this.time.advance(Duration.ofSeconds(20));
        assertThat(claim("thief")).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void aStepThatNobodyTakesIsTriedAgain() {
        begin();
        this.busy = true;
        this.time.advance(Duration.ofSeconds(10));
        this.busy = false;
        this.time.advance(Duration.ofSeconds(25));
        assertThat(claim("thief")).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void whoLostItsKeyRenewsItNoMore() {
        ClaimToken token = token(claim("holder"));
        LeaseRenewal.Held held = this.renewal.begin(token, LEASE, MAX_LEASE, this.given::incrementAndGet, this.sums);
        assertThat(this.store.free(token.key(), token.epoch())).isTrue();
        claim("thief");
        this.time.advance(Duration.ofMinutes(5));
        assertThat(this.store.renewals).isEqualTo(1);
        assertThat(this.given).hasValue(1);
        assertThat(this.sums.read().fenceLosses()).isEqualTo(1);
        held.fenceLost();
        assertThat(this.sums.read().fenceLosses()).as("of one call").isEqualTo(1);
    }

    @Test
    void aCallThatEndsDuringARenewalHasLostNothing() {
        LeaseRenewal.Held held = begin();
        this.store.during = () -> {
            held.end();
            assertThat(this.store.release(this.store.claimed)).isTrue();
        };
        this.time.advance(Duration.ofSeconds(10));
        assertThat(this.store.renewals).isEqualTo(1);
        assertThat(this.sums.read().fenceLosses()).isZero();
    }

    private LeaseRenewal.Held begin() {
        this.store.claimed = token(claim("holder"));
        return this.renewal.begin(this.store.claimed, LEASE, MAX_LEASE, this.given::incrementAndGet, this.sums);
    }

    private Claim claim(String owner) {
        IdempotencyKey key = new IdempotencyKey("work", "", "ab".repeat(32));
        return this.store.claim(new ClaimRequest(key, "cd".repeat(32), owner, LEASE, Duration.ofHours(1), true, null));
    }

    private static ClaimToken token(Claim claim) {
        return ((Claim.Granted) claim).token();
    }
}
