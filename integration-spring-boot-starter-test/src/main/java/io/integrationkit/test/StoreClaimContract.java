package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.StoredResult;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who gets a key, and what the others are told. */
abstract class StoreClaimContract extends StoreUnderTest {

    @Test
    void theFirstCallerGetsTheKeyAndTheSecondIsToldHowLongToWait() {
        Claim.Granted first = grant(claim());
        assertThat(first.token().epoch()).isPositive();
        assertThat(first.token().key()).isEqualTo(this.key);
        assertThat(first.token().deadLetterId()).isNull();
        assertThat(first.lapsed()).isFalse();
        assertThat(claim())
                .isInstanceOfSatisfying(
                        Claim.InProgress.class,
                        (inProgress) ->
                                assertThat(inProgress.remaining()).isPositive().isLessThanOrEqualTo(LEASE));
    }

    @Test
    void aResultIsGivenToAllLaterCallers() {
        assertThat(store().complete(granted(claim()), RESULT, TTL)).isTrue();
        for (int i = 0; i < 2; i++) {
            assertThat(claim()).isInstanceOfSatisfying(Claim.Done.class, (done) -> {
                assertThat(done.result().kind()).isEqualTo(StoredResult.Kind.VALUE);
                assertThat(done.result().payload()).isEqualTo(RESULT.payload());
                assertThat(done.remembered()).isPositive().isLessThanOrEqualTo(TTL);
            });
        }
    }

    @Test
    void aResultIsKeptAsWhatItIs() {
        byte[] bytes = new byte[256];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        for (StoredResult.Kind kind : StoredResult.Kind.values()) {
            for (byte[] payload : new byte[][] {null, {}, bytes}) {
                IdempotencyKey each = newKey();
                assertThat(store().complete(granted(claim(each)), new StoredResult(kind, payload), TTL))
                        .isTrue();
                assertThat(claim(each)).isInstanceOfSatisfying(Claim.Done.class, (done) -> {
                    assertThat(done.result().kind()).isEqualTo(kind);
                    assertThat(done.result().payload()).isEqualTo(payload);
                });
            }
        }
    }

    @Test
    void aKeyGivenBackIsFree() {
        assertThat(store().release(granted(claim()))).isTrue();
        Claim.Granted next = grant(store().claim(request(this.key, OTHER_ARGUMENTS, false, null)));
        assertThat(next.lapsed()).isFalse();
    }

    @Test
    void otherArgumentsAreRefusedInEveryState() {
        ClaimToken token = granted(claim());
        assertThat(claimWithOtherArguments()).isInstanceOf(Claim.Reused.class);
        endLeases();
        assertThat(claimWithOtherArguments()).isInstanceOf(Claim.Reused.class);
        store().complete(token, RESULT, TTL);
        assertThat(claimWithOtherArguments()).isInstanceOf(Claim.Reused.class);
        IdempotencyKey other = newKey();
        store().deadLetter(granted(claim(other)), "entry-1", TTL);
        assertThat(store().claim(request(other, OTHER_ARGUMENTS, true, null))).isInstanceOf(Claim.Reused.class);
        assertThat(store().claim(request(other, OTHER_ARGUMENTS, true, "entry-2")))
                .isInstanceOf(Claim.Reused.class);
    }

    @Test
    void aLapsedClaimIsTakenOverUnderAHigherEpoch() {
        ClaimToken first = granted(claim());
        endLeases();
        Claim.Granted thief = grant(claim());
        assertThat(thief.lapsed()).isTrue();
        assertThat(thief.token().epoch()).isGreaterThan(first.epoch());
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        assertThat(claimWithOtherArguments()).isInstanceOf(Claim.Reused.class);
    }

    @Test
    void aCallerWhoTakesNothingOverIsToldThatTheOutcomeIsUnknown() {
        ClaimToken first = granted(claimUnlessLapsed());
        assertThat(claimUnlessLapsed()).isInstanceOf(Claim.InProgress.class);
        endLeases();
        assertThat(claimUnlessLapsed()).isEqualTo(new Claim.OutcomeUnknown(first.epoch()));
        assertThat(claimUnlessLapsed()).isEqualTo(new Claim.OutcomeUnknown(first.epoch()));
        assertThat(store().claim(request(this.key, OTHER_ARGUMENTS, false, null)))
                .isInstanceOf(Claim.Reused.class);
        assertThat(grant(claim()).lapsed()).isTrue();
    }

    @Test
    void aDeadLetteredKeyIsOpenOnlyToTheReplayOfItsEntry() {
        ClaimToken token = granted(claim());
        assertThat(store().deadLetter(token, "entry-1", TTL)).isTrue();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(claimUnlessLapsed()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(replay("entry-2")).isEqualTo(new Claim.DeadLettered("entry-1"));
        Claim.Granted replay = grant(store().claim(request(this.key, ARGUMENTS, false, "entry-1")));
        assertThat(replay.lapsed()).isFalse();
        assertThat(replay.token().epoch()).isGreaterThan(token.epoch());
        assertThat(replay.token().deadLetterId()).isEqualTo("entry-1");
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        assertThat(replay("entry-1")).isInstanceOf(Claim.InProgress.class);
        assertThat(store().complete(replay.token(), RESULT, TTL)).isTrue();
        assertThat(claim()).isInstanceOf(Claim.Done.class);
        assertThat(replay("entry-1")).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aReplayNeedNotHaveTheSameBytes() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        ClaimToken replay = granted(store().claim(request(this.key, OTHER_ARGUMENTS, true, "entry-1")));
        store().complete(replay, RESULT, TTL);
        assertThat(claim()).isInstanceOf(Claim.Done.class);
        assertThat(store().claim(request(this.key, OTHER_ARGUMENTS, true, "entry-1")))
                .isInstanceOf(Claim.Done.class);
        assertThat(claimWithOtherArguments()).isInstanceOf(Claim.Reused.class);
    }

    @Test
    void theKeyOfAFailedReplayGoesBackToItsEntry() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        assertThat(store().release(granted(replay("entry-1")))).isTrue();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(grant(replay("entry-1")).lapsed()).isFalse();
    }

    @Test
    void theKeyOfAReplayThatDiedBelongsToItsEntry() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        ClaimToken died = granted(replay("entry-1"));
        endLeases();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(claimUnlessLapsed()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(store().claim(request(this.key, ARGUMENTS, false, "entry-1")))
                .isEqualTo(new Claim.OutcomeUnknown(died.epoch()));
        Claim.Granted next = grant(replay("entry-1"));
        assertThat(next.lapsed()).isTrue();
        assertThat(next.token().deadLetterId()).isEqualTo("entry-1");
        assertThat(next.token().epoch()).isGreaterThan(died.epoch());
    }

    @Test
    void aReplayMayEndAsAnotherEntry() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        assertThat(store().deadLetter(granted(replay("entry-1")), "entry-2", TTL))
                .isTrue();
        assertThat(replay("entry-1")).isEqualTo(new Claim.DeadLettered("entry-2"));
        granted(replay("entry-2"));
    }

    @Test
    void keysOfOtherOperationsAndScopesAreOthers() {
        granted(claim());
        granted(claim(new IdempotencyKey("crm.delete", "", this.key.hash())));
        granted(claim(new IdempotencyKey(OPERATION, "tenant", this.key.hash())));
    }

    @Test
    void operationAndScopeAreNotMixedUp() {
        for (List<String> names : List.of(
                List.of("a:b", "c"),
                List.of("a", "b:c"),
                List.of("a:b:c", ""),
                List.of("a", "b/c"),
                List.of("a/b", "c"),
                List.of("a*", "c"))) {
            granted(claim(new IdempotencyKey(names.get(0), names.get(1), this.key.hash())));
        }
    }

    @Test
    void namesAndScopesAreComparedExactlyHoweverLongTheyAre() {
        for (String name : List.of(
                "tenant",
                "Tenant",
                "tenant ",
                "t\u00e9nant",
                "te\u0301nant",
                "x".repeat(3000),
                "x".repeat(3000) + "y")) {
            for (IdempotencyKey each : List.of(
                    new IdempotencyKey("exactly", name, this.key.hash()),
                    new IdempotencyKey("as " + name, "", this.key.hash()))) {
                ClaimToken token = granted(claim(each));
                assertThat(claim(each)).isInstanceOf(Claim.InProgress.class);
                assertThat(store().complete(token, RESULT, TTL)).isTrue();
            }
        }
    }
}
