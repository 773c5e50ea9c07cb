package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.KeyCounts;
import io.integrationkit.idempotency.KeyStatus;
import io.integrationkit.idempotency.StoredResult;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How long a store keeps what, and what it tells an operator. */
abstract class StoreRetentionContract extends StoreFencingContract {

    @Test
    void aKeyWhoseTimeIsOverIsFreeForAnything() {
        store().complete(granted(claim()), RESULT, TTL);
        endRetention();
        ClaimToken token = granted(claimWithOtherArguments());
        assertThat(token.deadLetterId()).isNull();
        store().release(token);
        store().deadLetter(granted(claim()), "entry-1", TTL);
        endRetention();
        assertThat(granted(claim()).deadLetterId()).isNull();
    }

    @Test
    void aLapsedClaimWhoseTimeIsOverSaysNothingAboutItsOutcome() {
        granted(claim());
        endLeases();
        endRetention();
        assertThat(grant(store().claim(request(this.key, OTHER_ARGUMENTS, false, null)))
                        .lapsed())
                .isFalse();
    }

    @Test
    void aClaimThatIsHeldIsKeptBeyondItsTime() {
        ClaimToken token = granted(store().claim(request(this.key, ARGUMENTS, Duration.ofDays(2), true, null)));
        endRetention();
        store().deleteExpired(10);
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        assertThat(claimWithOtherArguments()).isInstanceOf(Claim.Reused.class);
        assertThat(store().complete(token, RESULT, TTL)).isTrue();
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aResultIsRememberedForTheTimeThatIsAskedForAtTheEnd() {
        store().complete(granted(claim()), RESULT, Duration.ofMinutes(5));
        assertThat(claim())
                .isInstanceOfSatisfying(
                        Claim.Done.class,
                        (done) ->
                                assertThat(done.remembered()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5)));
    }

    @Test
    void theCleanUpDeletesWhatIsOverButNoClaimThatIsHeld() {
        IdempotencyKey held = newKey();
        granted(store().claim(request(held, ARGUMENTS, Duration.ofDays(2), true, null)));
        store().complete(granted(claim()), RESULT, TTL);
        granted(store().claim(request(newKey(), ARGUMENTS, Duration.ZERO, true, null)));
        endRetention();
        IdempotencyKey remembered = newKey();
        store().complete(granted(claim(remembered)), RESULT, TTL);

        int over = forgetsByItself() ? 0 : 1;
        assertThat(store().deleteExpired(1)).isEqualTo(over);
        assertThat(store().deleteExpired(10)).isEqualTo(over);
        assertThat(store().deleteExpired(10)).isZero();
        assertThat(claim(held)).isInstanceOf(Claim.InProgress.class);
        assertThat(claim(remembered)).isInstanceOf(Claim.Done.class);
        KeyCounts counts = store().counts();
        assertThat(counts.inProgress()).isEqualTo(1);
        assertThat(counts.done()).isEqualTo(1);
        assertThat(counts.lapsed()).isZero();
    }

    @Test
    void aKeyIsFoundInEveryState() {
        assertThat(store().find(OPERATION, this.key.hash())).isEmpty();
        ClaimToken token = granted(claim());
        KeyStatus held = found();
        assertThat(held.phase()).isEqualTo(KeyStatus.Phase.IN_PROGRESS);
        assertThat(held.epoch()).isEqualTo(token.epoch());
        assertThat(held.leaseLeft()).isPositive().isLessThanOrEqualTo(LEASE);
        assertThat(held.remembered()).isPositive().isLessThanOrEqualTo(TTL);
        assertThat(held.kind()).isNull();
        assertThat(held.deadLetterId()).isNull();
        endLeases();
        assertThat(found().leaseLeft()).isLessThanOrEqualTo(Duration.ZERO);
        store().deadLetter(token, "entry-1", TTL);
        assertThat(found().phase()).isEqualTo(KeyStatus.Phase.DEAD_LETTERED);
        assertThat(found().deadLetterId()).isEqualTo("entry-1");
        ClaimToken replay = granted(replay("entry-1"));
        assertThat(found().phase()).isEqualTo(KeyStatus.Phase.IN_PROGRESS);
        assertThat(found().epoch()).isEqualTo(replay.epoch());
        assertThat(found().deadLetterId()).isEqualTo("entry-1");
        store().complete(replay, RESULT, TTL);
        assertThat(found().phase()).isEqualTo(KeyStatus.Phase.DONE);
        assertThat(found().kind()).isEqualTo(StoredResult.Kind.VALUE);
    }

    private KeyStatus found() {
        List<KeyStatus> found = store().find(OPERATION, this.key.hash());
        assertThat(found)
                .singleElement()
                .satisfies((status) -> assertThat(status.key()).isEqualTo(this.key));
        return found.get(0);
    }

    @Test
    void aKeyIsFoundInAllScopesOfItsOperationAndNowhereElse() {
        List<IdempotencyKey> keys = List.of(
                this.key,
                new IdempotencyKey(OPERATION, "tenant:1", this.key.hash()),
                new IdempotencyKey(OPERATION, "tenant:2", this.key.hash()));
        keys.forEach(this::claim);
        claim(newKey());
        claim(new IdempotencyKey(OPERATION + "*", "", this.key.hash()));
        claim(new IdempotencyKey("crm.*", "", this.key.hash()));
        assertThat(store().find(OPERATION, this.key.hash()))
                .extracting(KeyStatus::key)
                .containsExactlyInAnyOrderElementsOf(keys);
        assertThat(store().find("crm.*", this.key.hash())).hasSize(1);
    }

    @Test
    void keysAreCountedByWhatBecameOfThem() {
        assertThat(store().counts()).isEqualTo(new KeyCounts(0, 0, 0, 0, null, false));
        for (int i = 0; i < 3; i++) {
            store().complete(granted(claim(newKey())), RESULT, TTL);
        }
        store().deadLetter(granted(claim(newKey())), "entry-1", TTL);
        store().deadLetter(granted(claim(newKey())), "entry-2", TTL);
        assertThat(store().counts()).isEqualTo(new KeyCounts(0, 0, 3, 2, null, false));
        ClaimToken lapsed = granted(claim(newKey()));
        store().extend(lapsed, Duration.ZERO);
        ClaimToken held = granted(claim());
        KeyCounts counts = store().counts();
        assertThat(counts.inProgress()).isEqualTo(1);
        assertThat(counts.lapsed()).isEqualTo(1);
        assertThat(counts.done()).isEqualTo(3);
        assertThat(counts.deadLettered()).isEqualTo(2);
        assertThat(counts.oldestClaim()).isBetween(Duration.ZERO, Duration.ofMinutes(1));
        assertThat(counts.atLeast()).isFalse();
        store().release(lapsed);
        store().release(held);
        assertThat(store().counts()).isEqualTo(new KeyCounts(0, 0, 3, 2, null, false));
    }
}
