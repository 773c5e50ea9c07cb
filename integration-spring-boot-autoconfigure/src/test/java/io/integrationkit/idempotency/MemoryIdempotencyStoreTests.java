package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class MemoryIdempotencyStoreTests extends IdempotencyStoreContract {

    private static final String FINGERPRINT = "cc".repeat(32);

    private final ManualTime time = new ManualTime();

    private final IdempotencyStore store = IdempotencyStore.inMemory(100, this.time);

    @Override
    protected IdempotencyStore store() {
        return this.store;
    }

    @Override
    protected void endLeases() {
        this.time.advance(Duration.ofSeconds(30));
    }

    @Override
    protected void endRetention() {
        this.time.advance(Duration.ofHours(24));
    }

    @Test
    void aLeaseEndsWithItsLastNanosecond() {
        granted(claim());
        this.time.advance(Duration.ofSeconds(30).minusNanos(1));
        assertThat(claim()).isEqualTo(new Claim.InProgress(Duration.ofNanos(1)));
        this.time.advance(Duration.ofNanos(1));
        assertThat(claim()).isInstanceOf(Claim.Granted.class);
    }

    @Test
    void aFullStoreRefusesANewKeyUntilOneMayBeForgotten() {
        IdempotencyStore small = IdempotencyStore.inMemory(2, this.time);
        small.complete(
                granted(small.claim(request(key(1), FINGERPRINT, null))),
                StoredResult.of(StoredResult.Kind.VOID),
                Duration.ofHours(1));
        granted(small.claim(request(key(2), FINGERPRINT, null)));
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(() -> small.claim(request(key(3), FINGERPRINT, null)))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.STORE_FULL);
                    assertThat(ex.retryAfter()).isEqualTo(Duration.ofHours(1));
                })
                .withMessageContaining("integration.idempotency.max-entries=2");
        assertThat(small.claim(request(key(1), FINGERPRINT, null))).isInstanceOf(Claim.Done.class);
        this.time.advance(Duration.ofHours(1));
        granted(small.claim(request(key(3), FINGERPRINT, null)));
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(() -> small.claim(request(key(4), FINGERPRINT, null)));
    }

    @Test
    void aKeyGivenBackMakesRoom() {
        IdempotencyStore small = IdempotencyStore.inMemory(1, this.time);
        small.release(granted(small.claim(request(key(1), FINGERPRINT, null))));
        granted(small.claim(request(key(2), FINGERPRINT, null)));
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

    private static IdempotencyKey key(int number) {
        return new IdempotencyKey("crm.update", "", "%064x".formatted(number));
    }
}
