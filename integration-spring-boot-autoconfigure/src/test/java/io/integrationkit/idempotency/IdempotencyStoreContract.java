package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.Race;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What every store of idempotency keys does. */
abstract class IdempotencyStoreContract {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration TTL = Duration.ofHours(24);

    private static final String ARGUMENTS = "aa".repeat(32);

    private static final String OTHER_ARGUMENTS = "bb".repeat(32);

    private static final StoredResult RESULT =
            new StoredResult(StoredResult.Kind.VALUE, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));

    private final AtomicInteger owners = new AtomicInteger();

    private final IdempotencyKey key = newKey();

    private static IdempotencyKey newKey() {
        String hash = UUID.randomUUID().toString().replace("-", "").repeat(2);
        return new IdempotencyKey("crm.update", "", hash);
    }

    protected abstract IdempotencyStore store();

    /** Lets the lease of every key be over. */
    protected abstract void endLeases();

    /** Lets the time to remember every key be over. */
    protected abstract void endRetention();

    @Test
    void theFirstCallerGetsTheKeyAndTheSecondIsToldHowLongToWait() {
        assertThat(granted(claim()).epoch()).isEqualTo(1);
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
            });
        }
    }

    @Test
    void aResultWithoutContentIsKeptAsSuch() {
        store().complete(granted(claim()), StoredResult.of(StoredResult.Kind.VOID), TTL);
        assertThat(claim()).isEqualTo(new Claim.Done(new StoredResult(StoredResult.Kind.VOID, null)));
    }

    @Test
    void aKeyGivenBackIsFree() {
        assertThat(store().release(granted(claim()))).isTrue();
        assertThat(claim()).isInstanceOf(Claim.Granted.class);
    }

    @Test
    void otherArgumentsAreRefusedInEveryState() {
        ClaimToken token = granted(claim());
        assertThat(claim(OTHER_ARGUMENTS, null)).isInstanceOf(Claim.Reused.class);
        endLeases();
        assertThat(claim(OTHER_ARGUMENTS, null)).isInstanceOf(Claim.Reused.class);
        store().complete(token, RESULT, TTL);
        assertThat(claim(OTHER_ARGUMENTS, null)).isInstanceOf(Claim.Reused.class);
    }

    @Test
    void keysOfOtherOperationsAndScopesAreOthers() {
        granted(claim());
        assertThat(store().claim(request(new IdempotencyKey("crm.delete", "", this.key.hash()), ARGUMENTS, null)))
                .isInstanceOf(Claim.Granted.class);
        assertThat(store().claim(request(new IdempotencyKey("crm.update", "tenant", this.key.hash()), ARGUMENTS, null)))
                .isInstanceOf(Claim.Granted.class);
    }

    @Test
    void aLapsedClaimIsTakenOverUnderTheNextEpoch() {
        ClaimToken first = granted(claim());
        endLeases();
        ClaimToken thief = granted(claim());
        assertThat(thief.epoch()).isEqualTo(first.epoch() + 1);
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
    }

    @Test
    void nothingALateHolderWritesCounts() {
        ClaimToken zombie = granted(claim());
        endLeases();
        ClaimToken thief = granted(claim());
        assertThat(store().complete(zombie, StoredResult.of(StoredResult.Kind.NULL), TTL))
                .isFalse();
        assertThat(store().deadLetter(zombie, "entry", TTL)).isFalse();
        assertThat(store().release(zombie)).isFalse();
        assertThat(store().complete(thief, RESULT, TTL)).isTrue();
        assertThat(store().complete(zombie, StoredResult.of(StoredResult.Kind.NULL), TTL))
                .isFalse();
        assertThat(store().release(zombie)).isFalse();
        assertThat(claim())
                .isInstanceOfSatisfying(
                        Claim.Done.class,
                        (done) -> assertThat(done.result().kind()).isEqualTo(StoredResult.Kind.VALUE));
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
        ClaimToken token = granted(claim());
        store().complete(token, RESULT, TTL);
        assertThat(store().complete(token, StoredResult.of(StoredResult.Kind.NULL), TTL))
                .isFalse();
        assertThat(store().release(token)).isFalse();
        assertThat(store().deadLetter(token, "entry", TTL)).isFalse();
        assertThat(claim()).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aDeadLetteredKeyIsOpenOnlyToTheReplayOfItsEntry() {
        ClaimToken token = granted(claim());
        assertThat(store().deadLetter(token, "entry-1", TTL)).isTrue();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(claim(ARGUMENTS, "entry-2")).isEqualTo(new Claim.DeadLettered("entry-1"));
        ClaimToken replay = granted(claim(ARGUMENTS, "entry-1"));
        assertThat(replay.epoch()).isEqualTo(token.epoch() + 1);
        assertThat(claim()).isInstanceOf(Claim.InProgress.class);
        assertThat(claim(ARGUMENTS, "entry-1")).isInstanceOf(Claim.InProgress.class);
        assertThat(store().complete(replay, RESULT, TTL)).isTrue();
        assertThat(claim()).isInstanceOf(Claim.Done.class);
        assertThat(claim(ARGUMENTS, "entry-1")).isInstanceOf(Claim.Done.class);
    }

    @Test
    void aReplayNeedNotHaveTheSameBytes() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        ClaimToken replay = granted(claim(OTHER_ARGUMENTS, "entry-1"));
        store().complete(replay, RESULT, TTL);
        assertThat(claim()).isInstanceOf(Claim.Done.class);
        assertThat(claim(OTHER_ARGUMENTS, "entry-1")).isInstanceOf(Claim.Done.class);
        assertThat(claim(OTHER_ARGUMENTS, null)).isInstanceOf(Claim.Reused.class);
    }

    @Test
    void theKeyOfAFailedReplayGoesBackToItsEntry() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        assertThat(store().release(granted(claim(ARGUMENTS, "entry-1")))).isTrue();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(claim(ARGUMENTS, "entry-1")).isInstanceOf(Claim.Granted.class);
    }

    @Test
    void theKeyOfAReplayThatDiedBelongsToItsEntry() {
        store().deadLetter(granted(claim()), "entry-1", TTL);
        granted(claim(ARGUMENTS, "entry-1"));
        endLeases();
        assertThat(claim()).isEqualTo(new Claim.DeadLettered("entry-1"));
        assertThat(claim(ARGUMENTS, "entry-1")).isInstanceOf(Claim.Granted.class);
    }

    @Test
    void aKeyWhoseTimeIsOverIsFreeForAnything() {
        store().complete(granted(claim()), RESULT, TTL);
        endRetention();
        ClaimToken token = granted(claim(OTHER_ARGUMENTS, null));
        assertThat(token.deadLetterId()).isNull();
        store().release(token);
        store().deadLetter(granted(claim()), "entry-1", TTL);
        endRetention();
        assertThat(granted(claim()).deadLetterId()).isNull();
    }

    @Test
    void theCleanUpDeletesWhatIsOverButNoClaimThatIsHeld() {
        IdempotencyKey held = newKey();
        granted(store().claim(new ClaimRequest(held, ARGUMENTS, "long", Duration.ofHours(48), TTL, null)));
        store().complete(granted(claim()), RESULT, TTL);
        IdempotencyKey lapsed = newKey();
        granted(store().claim(new ClaimRequest(lapsed, ARGUMENTS, "short", Duration.ZERO, TTL, null)));
        endRetention();
        IdempotencyKey remembered = newKey();
        store().complete(granted(store().claim(request(remembered, ARGUMENTS, null))), RESULT, TTL);

        assertThat(store().deleteExpired(1)).isEqualTo(1);
        assertThat(store().deleteExpired(10)).isEqualTo(1);
        assertThat(store().deleteExpired(10)).isZero();
        assertThat(store().claim(request(held, ARGUMENTS, null))).isInstanceOf(Claim.InProgress.class);
        assertThat(store().claim(request(remembered, ARGUMENTS, null))).isInstanceOf(Claim.Done.class);
    }

    @Test
    void of64CallersOneDoesTheWork() throws Exception {
        AtomicInteger effects = new AtomicInteger();
        for (Future<Claim> each : Race.run(64, () -> {
            Claim claim = claim();
            if (claim instanceof Claim.Granted granted) {
                effects.incrementAndGet();
                assertThat(store().complete(granted.token(), RESULT, TTL)).isTrue();
            }
            return claim;
        })) {
            assertThat(each.get()).isInstanceOfAny(Claim.Granted.class, Claim.InProgress.class, Claim.Done.class);
        }
        assertThat(effects).hasValue(1);
    }

    @Test
    void of64ThievesOneGetsALapsedKey() throws Exception {
        granted(claim());
        endLeases();
        AtomicInteger granted = new AtomicInteger();
        for (Future<Claim> each : Race.run(64, this::claim)) {
            if (each.get() instanceof Claim.Granted) {
                granted.incrementAndGet();
            }
        }
        assertThat(granted).hasValue(1);
    }

    @Test
    void callersWhoGiveTheKeyBackFollowEachOtherOneAtATime() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger together = new AtomicInteger();
        for (Future<Claim> each : Race.run(16, () -> {
            Claim claim = claim();
            if (claim instanceof Claim.Granted granted) {
                together.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                assertThat(store().release(granted.token())).isTrue();
            }
            return claim;
        })) {
            each.get();
        }
        assertThat(together).hasValue(1);
        assertThat(claim()).isInstanceOf(Claim.Granted.class);
    }

    @Test
    void namesAndScopesAreComparedExactlyHoweverLongTheyAre() {
        String hash = newKey().hash();
        for (String name :
                List.of("tenant", "Tenant", "tenant ", "t\u00e9nant", "x".repeat(3000), "x".repeat(3000) + "y")) {
            for (IdempotencyKey each :
                    List.of(new IdempotencyKey("exactly", name, hash), new IdempotencyKey("as " + name, "", hash))) {
                ClaimToken token = granted(store().claim(request(each, ARGUMENTS, null)));
                assertThat(store().claim(request(each, ARGUMENTS, null))).isInstanceOf(Claim.InProgress.class);
                assertThat(store().complete(token, RESULT, TTL)).isTrue();
            }
        }
    }

    protected final Claim claim() {
        return claim(ARGUMENTS, null);
    }

    private Claim claim(String fingerprint, @Nullable String replayOf) {
        return store().claim(request(this.key, fingerprint, replayOf));
    }

    protected final ClaimRequest request(IdempotencyKey of, String fingerprint, @Nullable String replayOf) {
        return new ClaimRequest(of, fingerprint, "owner-" + this.owners.incrementAndGet(), LEASE, TTL, replayOf);
    }

    protected static ClaimToken granted(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }
}
