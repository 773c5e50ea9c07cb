package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.StoredResult;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What holders may write, and that those who lost their key may write nothing. */
abstract class StoreFencingContract extends StoreClaimContract {

    @Test
    void nothingALateHolderWritesCounts() {
        ClaimToken zombie = granted(claim());
        endLeases();
        ClaimToken thief = granted(claim());
        assertThatNothingCounts(zombie);
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        assertThat(store().complete(thief, RESULT, TTL)).isTrue();
        assertThatNothingCounts(zombie);
        assertThat(claim())
                .isInstanceOfSatisfying(
                        Claim.Done.class,
                        (done) -> assertThat(done.result().kind()).isEqualTo(StoredResult.Kind.VALUE));
    }

    @Test
    void nothingALateHolderWritesCountsForOneWhoHasTheSameName() {
        ClaimToken zombie = granted(claim());
        store().release(zombie);
        ClaimToken next = granted(claim());
        assertThatNothingCounts(zombie);
        assertThatNothingCounts(new ClaimToken(this.key, next.owner(), zombie.epoch(), null));
        assertThat(store().complete(new ClaimToken(this.key, zombie.owner(), next.epoch(), null), NOTHING, TTL))
                .isFalse();
        assertThat(store().complete(next, RESULT, TTL)).isTrue();
    }

    @Test
    void aLateHolderWhoseKeyNobodyTookOverStillCompletes() {
        ClaimToken late = granted(claim());
        endLeases();
        assertThat(store().complete(late, RESULT, TTL)).isTrue();
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aClaimIsEndedOnce() {
        ClaimToken done = granted(claim());
        store().complete(done, RESULT, TTL);
        assertThatNothingCounts(done);
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aClaimIsDeadLetteredOnce() {
        ClaimToken given = granted(claim());
        store().deadLetter(given, "entry-1", TTL);
        assertThatNothingCounts(given);
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
    }

    @Test
    void aClaimIsGivenBackOnce() {
        ClaimToken back = granted(claim());
        assertThat(store().release(back)).isTrue();
        assertThatNothingCounts(back);
        ClaimToken next = granted(claim());
        assertThatNothingCounts(back);
        assertThat(store().release(next)).isTrue();
    }

    @Test
    void aHolderThatNeverWasWritesNothing() {
        assertThatNothingCounts(new ClaimToken(this.key, "nobody", 1, null));
        assertThat(grant(claim()).lapsed()).isFalse();
    }

    @Test
    void aLeaseCanBeMadeLonger() {
        ClaimToken token = granted(claim());
        assertThat(store().extend(token, Duration.ofMinutes(10))).isTrue();
        assertThat(claim())
                .isInstanceOfSatisfying(
                        Claim.InProgress.class,
                        (inProgress) -> assertThat(inProgress.remaining())
                                .isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10)));
        assertThat(store().complete(token, RESULT, TTL)).isTrue();
    }

    @Test
    void aLeaseThatIsOverCanBeMadeLongerAsLongAsNobodyTookTheKey() {
        ClaimToken token = granted(claim());
        endLeases();
        assertThat(store().extend(token, LEASE)).isTrue();
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        assertThat(claimUnlessLapsed()).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void aLeaseOfZeroIsOverAtOnce() {
        ClaimToken token = granted(claim());
        assertThat(store().extend(token, Duration.ZERO)).isTrue();
        assertThat(claimUnlessLapsed()).isEqualTo(new Claim.OutcomeUnknown(token.epoch()));
        assertThat(store().extend(token, Duration.ZERO)).isTrue();
        Claim.Granted thief = grant(claim());
        assertThat(thief.lapsed()).isTrue();
        assertThatNothingCounts(token);
        assertThat(store().extend(thief.token(), LEASE)).isTrue();
    }

    @Test
    void aKeyTakenAwayIsFreeAndItsFormerHolderWritesNothing() {
        ClaimToken former = granted(claim());
        assertThat(store().free(this.key, former.epoch())).isTrue();
        assertThatNothingCounts(former);
        Claim.Granted next = grant(store().claim(request(this.key, OTHER_ARGUMENTS, false, null)));
        assertThat(next.lapsed()).isFalse();
        assertThat(next.token().epoch()).isGreaterThan(former.epoch());
        assertThatNothingCounts(former);
        assertThat(store().complete(next.token(), RESULT, TTL)).isTrue();
    }

    @Test
    void aLapsedKeyCanBeTakenAwayToo() {
        ClaimToken lapsed = granted(claim());
        endLeases();
        assertThat(store().free(this.key, lapsed.epoch())).isTrue();
        assertThat(grant(claimUnlessLapsed()).lapsed()).isFalse();
    }

    @Test
    void theKeyOfAReplayThatIsTakenAwayGoesBackToItsEntry() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        ClaimToken replay = granted(replay("entry-1"));
        assertThat(store().free(this.key, replay.epoch())).isTrue();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThatNothingCounts(replay);
        Claim.Granted next = grant(replay("entry-1"));
        assertThat(next.lapsed()).isFalse();
        assertThat(next.token().epoch()).isGreaterThan(replay.epoch());
    }

    @Test
    void aKeyIsTakenAwayOnlyFromTheHolderThatIsMeant() {
        ClaimToken token = granted(claim());
        assertThat(store().free(this.key, token.epoch() + 1)).isFalse();
        assertThat(store().free(this.key, token.epoch() - 1)).isFalse();
        assertThat(store().free(newKey(), token.epoch())).isFalse();
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        store().complete(token, RESULT, TTL);
        assertThat(store().free(this.key, token.epoch())).isFalse();
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void theEpochRisesHoweverAKeyBecameFree() {
        long epoch = 0;
        for (int i = 0; i < 3; i++) {
            ClaimToken back = granted(claim());
            assertThat(back.epoch()).isGreaterThan(epoch);
            store().release(back);
            ClaimToken away = granted(claim());
            assertThat(away.epoch()).isGreaterThan(back.epoch());
            store().free(this.key, away.epoch());
            ClaimToken lapsed = granted(claim());
            assertThat(lapsed.epoch()).isGreaterThan(away.epoch());
            endLeases();
            ClaimToken forgotten = granted(claim());
            assertThat(forgotten.epoch()).isGreaterThan(lapsed.epoch());
            store().complete(forgotten, RESULT, TTL);
            endRetention();
            ClaimToken deleted = granted(claim());
            assertThat(deleted.epoch()).isGreaterThan(forgotten.epoch());
            store().complete(deleted, RESULT, TTL);
            endRetention();
            store().deleteExpired(10);
            epoch = deleted.epoch();
        }
    }
}
