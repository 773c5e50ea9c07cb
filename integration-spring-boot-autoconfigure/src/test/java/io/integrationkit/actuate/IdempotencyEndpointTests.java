package io.integrationkit.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.integrationkit.actuate.IdempotencyEndpoint.KeyDescription;
import io.integrationkit.actuate.IdempotencyEndpoint.KeysDescription;
import io.integrationkit.actuate.IdempotencyEndpoint.Release;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.context.Sha256;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyStatus;
import io.integrationkit.idempotency.StoredResult;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator sees of idempotency keys, and does to one that is stuck. */
class IdempotencyEndpointTests {

    private static final String OPERATION = "payments.charge";

    private static final String HASH = Sha256.hex("order-4711");

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration TTL = Duration.ofHours(24);

    private static final StoredResult VOID = new StoredResult(StoredResult.Kind.VOID, null);

    private final ManualTime time = new ManualTime();

    private final IdempotencyStore store = IdempotencyStore.inMemory(100, this.time);

    private final IdempotencyEndpoint endpoint = new IdempotencyEndpoint(this.store, new IdempotencyStatistics());

    private final Logger logger = (Logger) LoggerFactory.getLogger(IdempotencyEndpoint.class);

    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void listen() {
        this.log.start();
        this.logger.setLevel(Level.INFO);
        this.logger.addAppender(this.log);
    }

    @AfterEach
    void stopListening() {
        this.logger.detachAppender(this.log);
        this.logger.setLevel(null);
    }

    @Test
    void keysAreCountedByWhatBecameOfThem() {
        claim("lapsed", null);
        this.time.advance(Duration.ofMinutes(5));
        claim("held", null);
        this.store.complete(claim("done", null), VOID, TTL);
        this.store.deadLetter(claim("dead", null), "entry-1", TTL);

        IdempotencyEndpoint.StoreDescription shown = this.endpoint.idempotency();

        assertThat(shown.engine()).isEqualTo("memory");
        assertThat(shown.durable()).isFalse();
        assertThat(shown.keys().lapsed()).isEqualTo(1);
        assertThat(shown.keys().inProgress()).isEqualTo(1);
        assertThat(shown.keys().done()).isEqualTo(1);
        assertThat(shown.keys().deadLettered()).isEqualTo(1);
        assertThat(shown.keys().oldestClaim()).isEqualTo(Duration.ofMinutes(5));
        assertThat(shown.keys().atLeast()).isFalse();
    }

    @Test
    void aKeyIsFoundByItsHashWithoutTheNamesOfItsCallers() {
        ClaimToken held = claim("alice@example.org", null);
        this.time.advance(Duration.ofSeconds(10));

        KeysDescription found = this.endpoint.keys(OPERATION, HASH.toUpperCase(Locale.ROOT));

        assertThat(found).isNotNull();
        assertThat(found.keys())
                .containsExactly(new KeyDescription(
                        Sha256.hex("alice@example.org").substring(0, 16),
                        KeyStatus.Phase.IN_PROGRESS,
                        held.epoch(),
                        Duration.ofSeconds(20),
                        TTL.minusSeconds(10),
                        null,
                        null));
        assertThat(found.toString()).doesNotContain("alice");
    }

    @Test
    void aKeyAllCallersShareSaysSo() {
        claim("", null);
        assertThat(keys()).extracting(KeyDescription::scope).containsExactly("shared");
    }

    @Test
    void aKeyNobodyUsedIsNotThere() {
        claim("alice", null);
        assertThat(this.endpoint.keys("payments.refund", HASH)).isNull();
        assertThat(this.endpoint.keys(OPERATION, Sha256.hex("other"))).isNull();
        assertThat(this.endpoint.release(OPERATION, Sha256.hex("other"), 1, "stuck", null, "bob"))
                .isNull();
        assertThat(release(1, "0123456789abcdef")).isNull();
    }

    @Test
    void whatIsNoHashIsRefused() {
        for (String hash : List.of("", "order-4711", HASH + "0", HASH.substring(1), "g" + HASH.substring(1))) {
            refused("'hash'", () -> this.endpoint.keys(OPERATION, hash));
            refused("'hash'", () -> this.endpoint.release(OPERATION, hash, 1, "stuck", null, "bob"));
        }
    }

    @Test
    void aReleaseNeedsAReasonAndAnActor() {
        ClaimToken held = claim("alice", null);
        refused("'reason'", () -> this.endpoint.release(OPERATION, HASH, held.epoch(), " ", null, "bob"));
        refused("'actor'", () -> this.endpoint.release(OPERATION, HASH, held.epoch(), "stuck", null, " "));
        assertThat(keys()).hasSize(1);
    }

    @Test
    void aStuckClaimIsFreedOnceAndIsOneLineOfLog() {
        ClaimToken held = claim("alice", null);

        Release first = this.endpoint.release(OPERATION, HASH, held.epoch(), "pod died\nINFO forged", null, "b\rob");

        assertThat(first).isEqualTo(new Release(true, "The next call with the key runs", List.of()));
        assertThat(release(held.epoch(), null)).isNull();
        assertThat(this.store.complete(held, VOID, TTL))
                .as("the late write of its holder")
                .isFalse();
        assertThat(this.log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "Idempotency key payments.charge/%s, held under epoch %d, was freed by b?ob: pod died?INFO forged"
                                .formatted(HASH, held.epoch()));
    }

    @Test
    void aKeyWithAResultIsNotFreed() {
        ClaimToken held = claim("alice", null);
        this.store.complete(held, VOID, TTL);

        Release release = release(held.epoch(), null);

        assertThat(release).isNotNull();
        assertThat(release.freed()).isFalse();
        assertThat(release.detail()).isEqualTo("The work was done; the key keeps its result for PT24H");
        assertThat(release.keys()).extracting(KeyDescription::phase).containsExactly(KeyStatus.Phase.DONE);
        assertThat(this.log.list).isEmpty();
    }

    @Test
    void aKeyOfADeadLetterIsNotFreed() {
        ClaimToken held = claim("alice", null);
        this.store.deadLetter(held, "entry-1", TTL);

        Release release = release(held.epoch(), null);

        assertThat(release).isNotNull();
        assertThat(release.freed()).isFalse();
        assertThat(release.detail()).isEqualTo("The work was given up; replay or discard dead letter entry-1");
    }

    @Test
    void theDeadLetterOfAStuckReplayWaitsAgain() {
        this.store.deadLetter(claim("alice", null), "entry-1", TTL);
        ClaimToken replay = claim("alice", "entry-1");

        Release release = release(replay.epoch(), null);

        assertThat(release).isNotNull();
        assertThat(release.freed()).isTrue();
        assertThat(release.detail()).isEqualTo("Dead letter entry-1 waits again");
        assertThat(release.keys()).extracting(KeyDescription::phase).containsExactly(KeyStatus.Phase.DEAD_LETTERED);
    }

    @Test
    void theClaimOfAnotherHolderIsLeftAlone() {
        ClaimToken first = claim("alice", null);
        this.time.advance(LEASE);
        ClaimToken second = claim("alice", null);

        Release release = release(first.epoch(), null);

        assertThat(release).isNotNull();
        assertThat(release.freed()).isFalse();
        assertThat(release.detail()).contains("Nobody holds the key under epoch " + first.epoch());
        assertThat(this.store.complete(second, VOID, TTL)).isTrue();
    }

    @Test
    void aHolderThatEndsItsClaimAtThatMomentKeepsItsResult() {
        ClaimToken held = claim("alice", null);
        IdempotencyStore justDone = new DelegatingIdempotencyStore(this.store) {

            @Override
            public boolean free(IdempotencyKey key, long epoch) {
                assertThat(complete(held, VOID, TTL)).isTrue();
                return super.free(key, epoch);
            }
        };

        Release release = new IdempotencyEndpoint(justDone, new IdempotencyStatistics())
                .release(OPERATION, HASH, held.epoch(), "stuck", null, "bob");

        assertThat(release).isNotNull();
        assertThat(release.freed()).isFalse();
        assertThat(release.detail()).startsWith("The work was done");
    }

    @Test
    void ofTheKeysOfSeveralCallersTheEpochTellsWhichOneIsFreed() {
        ClaimToken alice = claim("alice", null);
        ClaimToken carol = claim("carol", null);

        Release release = release(alice.epoch(), null);

        assertThat(release).isNotNull();
        assertThat(release.freed()).isTrue();
        assertThat(release.keys()).extracting(KeyDescription::epoch).containsExactly(carol.epoch());
        assertThat(this.store.complete(carol, VOID, TTL)).isTrue();
    }

    @Test
    void whereTheEpochCannotTellTheScopeHasTo() {
        ClaimToken alice = claim("alice", null);
        claim("carol", null);
        IdempotencyStore sameEpoch = new DelegatingIdempotencyStore(this.store) {

            @Override
            public List<KeyStatus> find(String operation, String hash) {
                return super.find(operation, hash).stream()
                        .map((status) -> new KeyStatus(
                                status.key(),
                                status.phase(),
                                alice.epoch(),
                                status.leaseLeft(),
                                status.remembered(),
                                status.kind(),
                                status.deadLetterId()))
                        .toList();
            }
        };
        IdempotencyEndpoint ambiguous = new IdempotencyEndpoint(sameEpoch, new IdempotencyStatistics());

        refused("2 keys", () -> ambiguous.release(OPERATION, HASH, alice.epoch(), "stuck", null, "bob"));
        assertThat(keys()).hasSize(2);
        Release release = ambiguous.release(
                OPERATION, HASH, alice.epoch(), "stuck", Sha256.hex("alice").substring(0, 16), "bob");

        assertThat(release).isNotNull();
        assertThat(release.freed()).isTrue();
        assertThat(release.keys()).isEmpty();
        assertThat(keys())
                .extracting(KeyDescription::scope)
                .containsExactly(Sha256.hex("carol").substring(0, 16));
    }

    private @Nullable Release release(long epoch, @Nullable String scope) {
        return this.endpoint.release(OPERATION, HASH, epoch, "stuck", scope, "bob");
    }

    private List<KeyDescription> keys() {
        KeysDescription found = this.endpoint.keys(OPERATION, HASH);
        return (found != null) ? found.keys() : List.of();
    }

    private ClaimToken claim(String scope, @Nullable String replayOf) {
        Claim claim = this.store.claim(new ClaimRequest(
                new IdempotencyKey(OPERATION, scope, HASH), "cc".repeat(32), "owner", LEASE, TTL, true, replayOf));
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }

    private static void refused(String message, org.assertj.core.api.ThrowableAssert.ThrowingCallable request) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(request)
                .withMessageContaining(message)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING));
    }
}
