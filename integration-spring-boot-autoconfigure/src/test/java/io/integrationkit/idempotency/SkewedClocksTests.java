package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.Sha256;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Applications whose clocks are ten minutes ahead of the database's and ten minutes behind it share keys as if all clocks
 * were right: leases and retention are the database's time, and waits are differences of each one's own.
 */
@ParameterizedClass
@EnumSource(names = {"POSTGRESQL", "MARIADB"})
class SkewedClocksTests {

    private static final Duration SKEW = Duration.ofMinutes(10);

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration MAX_WAIT = Duration.ofMillis(300);

    private static final Duration TTL = Duration.ofMinutes(5);

    /** More than a slow machine takes, and less than a clock is wrong. */
    private static final Duration SLOW = Duration.ofSeconds(20);

    private final JdbcAccess access;

    private final AtomicInteger effects = new AtomicInteger();

    SkewedClocksTests(Engine engine) {
        this.access = engine.access();
    }

    /** The machine's time, wrong by as much. */
    private record WrongTime(Duration wrong) implements TimeSource {

        @Override
        public Instant now() {
            return TimeSource.system().now().plus(this.wrong);
        }

        @Override
        public long nanoTime() {
            return TimeSource.system().nanoTime() + this.wrong.toNanos();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            TimeSource.system().sleep(duration);
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return TimeSource.system().schedule(delay, task);
        }
    }

    @BeforeEach
    void empty() {
        this.access.jdbc().update("delete from integration_idempotency");
    }

    @Test
    void aLiveLeaseIsNotTakenOverAndWaitedForAsLongAsThatIsAllowed() {
        withEachOrder((first, second) -> {
            String receipt = pay(first).execute("k", () -> {
                long began = TimeSource.system().nanoTime();
                RejectedException refused = catchThrowableOfType(
                        RejectedException.class, () -> pay(second).execute("k", this::effect));
                assertThat(Duration.ofNanos(TimeSource.system().nanoTime() - began))
                        .isBetween(MAX_WAIT, SLOW);
                assertThat(refused.code()).isEqualTo(ProblemCode.KEY_IN_PROGRESS);
                assertThat(refused.retryAfter()).isBetween(LEASE.minus(SLOW), LEASE);
                assertThat(store(second).deleteExpired(100)).isZero();
                return effect();
            });
            assertThat(pay(second).execute("k", this::effect)).isEqualTo(receipt);
            assertThat(this.effects).hasValue(1);
            assertThat(statistics(second).waits()).isEqualTo(1);
            assertThat(statistics(second).waited()).isBetween(Duration.ZERO, SLOW);
            assertThat(statistics(first).fenceLosses()).isZero();
        });
    }

    @Test
    void whoWaitsGetsTheResultInALeaseAndInATransaction() {
        for (boolean transaction : List.of(false, true)) {
            String key = "k" + transaction;
            withEachOrder(
                    (first, second) -> {
                        CompletableFuture<String> answer = new CompletableFuture<>();
                        String receipt = inTransaction(
                                transaction,
                                () -> pay(first).execute(key, () -> {
                                    Thread waiter = new Thread(() -> answer.completeAsync(
                                            () -> inTransaction(
                                                    transaction,
                                                    () -> pay(second).execute(key, this::effect)),
                                            Runnable::run));
                                    waiter.start();
                                    Awaitility.await()
                                            .pollDelay(Duration.ofMillis(100))
                                            .until(() -> !answer.isDone());
                                    return effect();
                                }));
                        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo(receipt);
                        assertThat(this.effects).hasValue(1);
                    },
                    "integration.idempotency.max-wait=25s");
        }
    }

    @Test
    void aKeyIsRememberedForItsTimeByTheClockOfTheDatabase() {
        withEachOrder((first, second) -> {
            String receipt = pay(first).execute("k", this::effect);
            KeyStatus known = store(second).find("pay", Sha256.hex("k")).get(0);
            assertThat(known.remembered()).isBetween(TTL.minus(SLOW), TTL);
            for (ApplicationContext each : List.of(first, second)) {
                assertThat(store(each).deleteExpired(100)).isZero();
                assertThat(pay(each).execute("k", this::effect)).isEqualTo(receipt);
            }
            end("expires_at");
            assertThat(store(first).deleteExpired(100)).isEqualTo(1);
            assertThat(pay(second).execute("k", this::effect)).isNotEqualTo(receipt);
            assertThat(pay(first).execute("k", this::effect)).isNotEqualTo(receipt);
            assertThat(this.effects).hasValue(2);
        });
    }

    @Test
    void whoTakesOverAClaimThatLapsedHasAHigherFencingToken() {
        withEachOrder((first, second) -> {
            pay(first).execute("k", () -> {
                long token = token();
                end("lease_until");
                pay(second).execute("k", () -> {
                    assertThat(token()).isGreaterThan(token);
                    return effect();
                });
                return effect();
            });
            assertThat(statistics(first).fenceLosses()).isEqualTo(1);
            assertThat(statistics(second).fenceLosses()).isZero();
            assertThat(pay(first).execute("k", this::effect)).isEqualTo("receipt 1");
        });
    }

    private static long token() {
        return Objects.requireNonNull(IdempotencyContext.current()).fencingToken();
    }

    private String effect() {
        return "receipt " + this.effects.incrementAndGet();
    }

    private void end(String column) {
        this.access
                .jdbc()
                .update("update integration_idempotency set " + column + " = "
                        + this.access.database().clock());
    }

    private String inTransaction(boolean transaction, Supplier<String> work) {
        return transaction
                ? Objects.requireNonNull(
                        new TransactionTemplate(this.access.transactionManager()).execute((status) -> work.get()))
                : work.get();
    }

    private static IdempotentCode<String> pay(ApplicationContext application) {
        return application
                .getBean(Idempotency.class)
                .operation("pay", String.class)
                .scope(KeyScope.GLOBAL)
                .lease(LEASE)
                .ttl(TTL);
    }

    private static IdempotencyStore store(ApplicationContext application) {
        return application.getBean(IdempotencyStore.class);
    }

    private static KeyStatistics statistics(ApplicationContext application) {
        return application.getBean(IdempotencyStatistics.class).operation("pay");
    }

    /** The one ahead comes first, then the one behind. */
    private void withEachOrder(Scenario scenario, String... properties) {
        application(SKEW)
                .withPropertyValues(properties)
                .run((ahead) -> application(SKEW.negated())
                        .withPropertyValues(properties)
                        .run((behind) -> {
                            assertThat(ahead).hasNotFailed();
                            assertThat(behind).hasNotFailed();
                            scenario.play(ahead, behind);
                        }));
        empty();
        this.effects.set(0);
        application(SKEW.negated())
                .withPropertyValues(properties)
                .run((behind) ->
                        application(SKEW).withPropertyValues(properties).run((ahead) -> scenario.play(behind, ahead)));
        this.effects.set(0);
    }

    private ApplicationContextRunner application(Duration wrong) {
        return new ApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(CallAutoConfiguration.class, IdempotencyAutoConfiguration.class))
                .withBean(TimeSource.class, () -> new WrongTime(wrong))
                .withBean(JdbcAccess.class, () -> this.access)
                .withPropertyValues(
                        "integration.idempotency.cache-size=0", "integration.idempotency.max-wait=" + MAX_WAIT);
    }

    @FunctionalInterface
    private interface Scenario {
        void play(ApplicationContext first, ApplicationContext second) throws Exception;
    }
}
