package io.integrationkit.test.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.RedisIdempotencyStore;
import io.integrationkit.idempotency.StoredResult;
import io.integrationkit.test.IdempotencyStoreContract;
import io.integrationkit.test.VirtualTime;
import io.integrationkit.testsupport.RedisServer;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RedisIdempotencyStoreTests extends IdempotencyStoreContract implements ScheduledStore {

    private static final StoredResult NULL = new StoredResult(StoredResult.Kind.NULL, null);

    private static RedisServer server;

    private static RedisClient client;

    private static RedisKeys keys;

    private final VirtualTime clock = new VirtualTime();

    private RedisIdempotencyStore store;

    @BeforeAll
    static void start() {
        server = new RedisServer();
        client = server.client();
        keys = new RedisKeys(server);
    }

    @AfterAll
    static void stop() {
        keys.close();
        client.close();
        server.close();
    }

    @BeforeEach
    void open() {
        keys.commands().flushall();
        this.store = over(this.clock);
    }

    @AfterEach
    void close() {
        this.store.close();
    }

    private static RedisIdempotencyStore over(VirtualTime clock) {
        return RedisIdempotencyStore.over(() -> client, "keys[*]:", Duration.ofSeconds(10), clock);
    }

    @Override
    public IdempotencyStore store() {
        return this.store;
    }

    @Override
    public @Nullable VirtualTime clock() {
        return null;
    }

    @Override
    public void endLeases() {
        keys.endLeases();
    }

    @Override
    public void endRetention() {
        keys.endRetention();
    }

    @Override
    public boolean forgetsByItself() {
        return true;
    }

    @Test
    void randomSchedulesGoAsInTheModel() {
        KeySchedules.playAll(300, () -> {
            keys.commands().flushall();
            return this;
        });
    }

    @Test
    void instancesWhoseClocksAreTenMinutesApartShareTheirKeys() {
        VirtualTime ahead = new VirtualTime();
        ahead.advance(Duration.ofMinutes(20));
        VirtualTime between = new VirtualTime();
        between.advance(Duration.ofMinutes(10));
        try (RedisIdempotencyStore fast = over(ahead);
                RedisIdempotencyStore right = over(between)) {
            List<RedisIdempotencyStore> instances = List.of(fast, right, this.store);
            for (RedisIdempotencyStore one : instances) {
                ClaimRequest request = request(newKey(), Duration.ofMinutes(5), Duration.ofMinutes(8));
                ClaimToken token = granted(one.claim(request));
                for (RedisIdempotencyStore other : instances) {
                    assertThat(other.claim(request))
                            .isInstanceOfSatisfying(
                                    Claim.InProgress.class,
                                    (held) -> assertThat(held.remaining())
                                            .isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5)));
                }
                keys.endLeases();
                ClaimToken thief = granted(right.claim(request));
                assertThat(thief.epoch()).isGreaterThan(token.epoch());
                assertThat(one.complete(token, NULL, Duration.ofMinutes(8))).isFalse();
                assertThat(fast.complete(thief, NULL, Duration.ofMinutes(8))).isTrue();
                for (RedisIdempotencyStore other : instances) {
                    assertThat(other.claim(request))
                            .isInstanceOfSatisfying(
                                    Claim.Done.class,
                                    (done) -> assertThat(done.remembered())
                                            .isBetween(Duration.ofMinutes(7), Duration.ofMinutes(8)));
                }
            }
        }
    }

    @Test
    void eachOperationIsOneScriptAndATakeOverTwo() {
        ClaimRequest request = request(newKey(), Duration.ofMinutes(5), Duration.ofHours(1));
        this.store.complete(granted(this.store.claim(request)), NULL, Duration.ofHours(1));
        long before = keys.scripts();
        this.store.claim(request);
        assertThat(keys.scripts()).isEqualTo(before + 1);
        ClaimRequest other = request(newKey(), Duration.ZERO, Duration.ofHours(1));
        granted(this.store.claim(other));
        assertThat(keys.scripts()).isEqualTo(before + 2);
        ClaimToken thief = granted(this.store.claim(other));
        assertThat(keys.scripts()).isEqualTo(before + 4);
        this.store.extend(thief, Duration.ofMinutes(1));
        this.store.complete(thief, NULL, Duration.ofHours(1));
        assertThat(keys.scripts()).isEqualTo(before + 6);
    }

    @Test
    void scriptsThatTheServerForgotAreSentAgain() {
        keys.commands().scriptFlush();
        ClaimRequest request = request(newKey(), Duration.ZERO, Duration.ofHours(1));
        granted(this.store.claim(request));
        keys.commands().scriptFlush();
        ClaimToken token = granted(this.store.claim(request));
        keys.commands().scriptFlush();
        assertThat(this.store.complete(token, NULL, Duration.ofHours(1))).isTrue();
    }

    @Test
    void aKeyExpiresWithWhateverEndsLater() {
        ClaimToken token = granted(this.store.claim(request(newKey(), Duration.ofHours(48), Duration.ofHours(24))));
        assertThat(expiry()).isBetween(Duration.ofHours(47), Duration.ofHours(48));
        this.store.extend(token, Duration.ofMinutes(1));
        assertThat(expiry()).isBetween(Duration.ofHours(23), Duration.ofHours(24));
        this.store.extend(token, Duration.ofHours(30));
        assertThat(expiry()).isBetween(Duration.ofHours(29), Duration.ofHours(30));
        this.store.complete(token, NULL, Duration.ofMinutes(5));
        assertThat(expiry()).isBetween(Duration.ofMinutes(4), Duration.ofMinutes(5));
    }

    private static Duration expiry() {
        // Rounded up when it was set.
        return Duration.ofMillis(keys.commands().pttl(keys.commands().keys("*").get(0)))
                .minusSeconds(1);
    }

    @Test
    void whatIsOverIsGoneWithoutACleanUp() {
        granted(this.store.claim(request(newKey(), Duration.ofMillis(20), Duration.ofMillis(50))));
        ClaimToken done = granted(this.store.claim(request(newKey(), Duration.ofHours(1), Duration.ofHours(1))));
        this.store.complete(done, NULL, Duration.ofMillis(30));
        Awaitility.await().until(() -> keys.commands().dbsize() == 0);
        assertThat(this.store.claim(request(done.key(), Duration.ofHours(1), Duration.ofHours(1))))
                .isInstanceOf(Claim.Granted.class);
    }

    @Test
    void countingEndsAtSomeHundredThousand() {
        this.store.claim(request(newKey(), Duration.ofHours(1), Duration.ofHours(1)));
        String first = keys.commands().keys("*").get(0);
        keys.commands()
                .eval(
                        "local dump = redis.call('DUMP', KEYS[1]) for i = 1, 210000 do redis.call('RESTORE', KEYS[1] .. i, 0, dump) end",
                        io.lettuce.core.ScriptOutputType.STATUS,
                        first);
        assertThat(this.store.counts().atLeast()).isTrue();
        assertThat(this.store.counts().inProgress()).isBetween(200_000L, 205_000L);
    }

    @Test
    void itSaysWhatItIs() {
        assertThat(this.store.engine()).isEqualTo("redis");
        assertThat(this.store.durable()).isTrue();
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> RedisIdempotencyStore.over(() -> client, "keys:", Duration.ZERO, this.clock))
                .withMessageContaining("integration.idempotency.redis-timeout");
    }

    private static IdempotencyKey newKey() {
        return new IdempotencyKey(
                "crm.update", "", UUID.randomUUID().toString().replace("-", "").repeat(2));
    }

    private static ClaimRequest request(IdempotencyKey key, Duration lease, Duration ttl) {
        return new ClaimRequest(key, "aa".repeat(32), UUID.randomUUID().toString(), lease, ttl, true, null);
    }

    private static ClaimToken granted(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }
}
