package io.integrationkit.test.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.RedisIdempotencyStore;
import io.integrationkit.idempotency.StoredResult;
import io.integrationkit.test.TcpFaultProxy;
import io.integrationkit.test.TcpFaultProxy.Direction;
import io.integrationkit.testsupport.RedisServer;
import io.lettuce.core.RedisClient;
import java.net.URI;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** A server that dies, and a line that breaks. */
@ExtendWith(OutputCaptureExtension.class)
class RedisIdempotencyStoreFailureTests {

    private static final StoredResult NULL = new StoredResult(StoredResult.Kind.NULL, null);

    private static final Duration HOUR = Duration.ofHours(1);

    private RedisServer server;

    private TcpFaultProxy proxy;

    private RedisClient client;

    @BeforeEach
    void start() {
        this.server = new RedisServer();
        this.proxy = TcpFaultProxy.to("127.0.0.1", URI.create(this.server.url()).getPort());
        this.client = RedisClient.create("redis://127.0.0.1:" + this.proxy.port());
    }

    @AfterEach
    void stop() {
        this.proxy.heal();
        this.client.close();
        this.proxy.close();
        this.server.close();
    }

    private RedisIdempotencyStore store(Duration timeout) {
        return RedisIdempotencyStore.over(() -> this.client, "keys:", timeout, TimeSource.system());
    }

    private static ClaimRequest request(boolean takesOver) {
        return new ClaimRequest(
                new IdempotencyKey("crm.update", "", "ab".repeat(32)),
                "aa".repeat(32),
                UUID.randomUUID().toString(),
                HOUR,
                HOUR,
                takesOver,
                null);
    }

    private static ClaimToken granted(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }

    private static void assertThatItIsRefused(Runnable call) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(call::run)
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.KEY_STORE_UNAVAILABLE);
                    assertThat(ex.category()).isEqualTo(FailureCategory.TEMPORARY);
                })
                .withMessageContaining("crm.update")
                .withMessageContaining("integration.idempotency.store=redis")
                .withMessageContaining("integration.idempotency.redis-timeout");
    }

    @Test
    void aServerThatDiesDuringClaimsIsNeverGoneRound() throws Exception {
        try (RedisIdempotencyStore store = store(Duration.ofMillis(300))) {
            AtomicInteger effects = new AtomicInteger();
            AtomicInteger refused = new AtomicInteger();
            AtomicInteger unstored = new AtomicInteger();
            AtomicBoolean enough = new AtomicBoolean();
            ExecutorService callers = Executors.newFixedThreadPool(8);
            for (int i = 0; i < 8; i++) {
                callers.submit(() -> {
                    while (!enough.get()) {
                        call(store, effects, refused, unstored);
                    }
                });
            }
            Awaitility.await().until(() -> effects.get() > 200);
            this.server.stop();
            Awaitility.await().until(() -> refused.get() > 16);
            int before = effects.get();
            int refusedBefore = refused.get();
            Awaitility.await().until(() -> refused.get() > refusedBefore + 16);
            assertThat(effects).hasValue(before);
            this.server.restart();
            Awaitility.await().until(() -> effects.get() > before + 200);
            enough.set(true);
            callers.shutdown();
            assertThat(callers.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            assertThat(unstored.get()).isLessThanOrEqualTo(8);
        }
    }

    private static void call(
            RedisIdempotencyStore store, AtomicInteger effects, AtomicInteger refused, AtomicInteger unstored) {
        ClaimRequest request = new ClaimRequest(
                new IdempotencyKey(
                        "crm.update",
                        "",
                        UUID.randomUUID().toString().replace("-", "").repeat(2)),
                "aa".repeat(32),
                "owner",
                HOUR,
                HOUR,
                true,
                null);
        ClaimToken token;
        try {
            token = granted(store.claim(request));
        } catch (ProblemException ex) {
            refused.incrementAndGet();
            return;
        }
        effects.incrementAndGet();
        try {
            if (!store.complete(token, NULL, HOUR)) {
                unstored.incrementAndGet();
            }
        } catch (ProblemException ex) {
            unstored.incrementAndGet();
        }
    }

    @Test
    void anApplicationThatStartsWithoutRedisRefusesUntilItIsThere(CapturedOutput output) {
        this.server.stop();
        try (RedisIdempotencyStore store = store(Duration.ofSeconds(5))) {
            assertThat(output).contains("INT-409", "integration.idempotency.store=redis");
            assertThatItIsRefused(() -> store.claim(request(true)));
            this.server.restart();
            Awaitility.await()
                    .ignoreExceptionsInstanceOf(ProblemException.class)
                    .untilAsserted(() -> assertThat(store.claim(request(true))).isInstanceOf(Claim.Granted.class));
        }
    }

    @Test
    void aCommandThatTheDriverSendsTwiceCountsOnce() throws Exception {
        int port = URI.create(this.server.url()).getPort();
        try (ForgetfulLine line = new ForgetfulLine(port);
                RedisClient throughIt = RedisClient.create("redis://127.0.0.1:" + line.port());
                RedisIdempotencyStore store = RedisIdempotencyStore.over(
                        () -> throughIt, "keys:", Duration.ofSeconds(20), TimeSource.system());
                RedisKeys keys = new RedisKeys(this.server)) {
            ClaimToken warm = granted(store.claim(requestFor("warm up")));
            store.extend(warm, Duration.ZERO);
            store.complete(granted(store.claim(requestFor("warm up"))), NULL, HOUR);

            long before = keys.scripts();
            line.loseAnswer(1);
            ClaimToken token = granted(store.claim(request(true)));
            assertThat(keys.scripts()).isEqualTo(before + 2);
            assertThat(store.claim(request(true))).isInstanceOf(Claim.InProgress.class);

            line.loseAnswer(1);
            assertThat(store.extend(token, Duration.ZERO)).isTrue();
            line.loseAnswer(2);
            ClaimToken thief = granted(store.claim(request(true)));
            assertThat(store.complete(token, NULL, HOUR)).isFalse();
            line.loseAnswer(1);
            assertThat(store.complete(thief, NULL, HOUR)).isTrue();
            assertThat(store.complete(thief, NULL, HOUR)).isFalse();
            assertThat(keys.scripts()).isEqualTo(before + 12);
        }
    }

    @Test
    void aClaimOnALineThatIsResetIsRefused() {
        try (RedisIdempotencyStore store = store(Duration.ofSeconds(10));
                RedisKeys keys = new RedisKeys(this.server)) {
            granted(store.claim(requestFor("warm up")));
            long before = keys.scripts();
            this.proxy.stall(Direction.TO_CLIENT);
            CompletableFuture<Void> refused =
                    CompletableFuture.runAsync(() -> assertThatItIsRefused(() -> store.claim(request(true))));
            Awaitility.await().until(() -> keys.scripts() > before);
            this.proxy.reset();
            this.proxy.heal();
            refused.join();
        }
    }

    private static ClaimRequest requestFor(String scope) {
        return new ClaimRequest(
                new IdempotencyKey("crm.update", scope, "ab".repeat(32)), "aa".repeat(32), "x", HOUR, HOUR, true, null);
    }

    @Test
    void aClaimWhoseAnswerIsLostIsRefusedAndLapses() {
        try (RedisIdempotencyStore store = store(Duration.ofSeconds(1));
                RedisKeys keys = new RedisKeys(this.server)) {
            granted(store.claim(requestFor("warm up")));
            long before = keys.scripts();
            this.proxy.stall(Direction.TO_CLIENT);
            assertThatItIsRefused(() -> store.claim(request(false)));
            assertThat(keys.scripts()).isGreaterThan(before);
            this.proxy.heal();
            assertThat(store.claim(request(false))).isInstanceOf(Claim.InProgress.class);
            keys.endLeases();
            assertThat(store.claim(request(false))).isInstanceOf(Claim.OutcomeUnknown.class);
            assertThat(store.claim(request(true))).isInstanceOf(Claim.Granted.class);
        }
    }

    @Test
    void aClosedStoreRefuses() {
        RedisIdempotencyStore store = store(Duration.ofSeconds(1));
        granted(store.claim(request(true)));
        store.close();
        store.close();
        assertThatItIsRefused(() -> store.claim(request(true)));
    }

    @Test
    void aRedisThatMayEvictIsWarnedOf(CapturedOutput output) {
        try (RedisKeys keys = new RedisKeys(this.server)) {
            keys.commands().configSet("maxmemory-policy", "allkeys-lru");
            try (RedisIdempotencyStore store = store(Duration.ofSeconds(5))) {
                granted(store.claim(request(true)));
                Awaitility.await()
                        .untilAsserted(() -> assertThat(output).contains("INT-410", "allkeys-lru", "noeviction"));
            }
        }
    }

    @Test
    void aRedisThatDoesNotTellItsSettingsIsNotWarnedOf(CapturedOutput output) {
        try (RedisKeys keys = new RedisKeys(this.server)) {
            keys.commands().configSet("maxmemory-policy", "allkeys-lru");
            keys.commands()
                    .aclSetuser(
                            "default",
                            io.lettuce.core.AclSetuserArgs.Builder.removeCommand(
                                    io.lettuce.core.protocol.CommandType.CONFIG));
            try (RedisIdempotencyStore store = store(Duration.ofSeconds(5))) {
                granted(store.claim(request(true)));
                assertThat(store.counts().inProgress()).isEqualTo(1);
                assertThat(output).doesNotContain("INT-410");
            }
        }
    }
}
