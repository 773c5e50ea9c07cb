package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.call.Call;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.Sha256;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mockito.Mockito;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What is counted of calls with keys: who ran, who was a duplicate, who waited, and who lost its key. */
class KeyStatisticsTests {

    private static final String HASH = Sha256.hex("k");

    private final ManualTime time = new ManualTime();

    private final IdempotencyStore store = IdempotencyStore.inMemory(100, this.time);

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, IdempotencyAutoConfiguration.class))
            .withBean(ManualTime.class, () -> this.time)
            .withBean(IdempotencyStore.class, () -> this.store)
            .withPropertyValues("integration.idempotency.lease=30s", "integration.idempotency.max-wait=2s");

    @Test
    void whoFindsAResultIsADuplicateWhereverItIsKnown() {
        for (String cacheSize : List.of("16MB", "0")) {
            this.runner
                    .withPropertyValues("integration.idempotency.cache-size=" + cacheSize)
                    .run((context) -> {
                        IdempotentCode<String> pay = pay(context.getBean(Idempotency.class));
                        IdempotencyStatistics statistics = context.getBean(IdempotencyStatistics.class);
                        String key = "of " + cacheSize;
                        assertThat(statistics.operation("pay").duplicateRatio()).isNull();
                        pay.execute(key, () -> "receipt");
                        assertThat(statistics.operation("pay").duplicateRatio()).isZero();
                        for (int i = 0; i < 3; i++) {
                            pay.execute(key, () -> "receipt");
                        }
                        assertThat(statistics.operation("pay")).isEqualTo(new KeyStatistics(1, 3, 0, Duration.ZERO, 0));
                        assertThat(statistics.operation("pay").duplicateRatio()).isEqualTo(0.75);
                        assertThat(statistics.operations()).containsOnlyKeys("pay");
                    });
        }
    }

    @Test
    void whoHasOtherArgumentsIsNoDuplicate() {
        for (String cacheSize : List.of("16MB", "0")) {
            this.runner
                    .withPropertyValues("integration.idempotency.cache-size=" + cacheSize)
                    .run((context) -> {
                        IdempotentCode<String> pay = pay(context.getBean(Idempotency.class));
                        String key = "of " + cacheSize;
                        pay.execute(key, "10 EUR", () -> "receipt");
                        assertProblem(ProblemCode.KEY_REUSED, () -> pay.execute(key, "20 EUR", () -> "receipt"));
                        assertThat(context.getBean(IdempotencyStatistics.class).operation("pay"))
                                .isEqualTo(new KeyStatistics(1, 0, 0, Duration.ZERO, 0));
                    });
        }
    }

    @Test
    void aRememberedFailureMakesTheNextCallADuplicate() {
        FailureClassifier refused = (failure) -> Failure.of(FailureCategory.PERMANENT);
        this.runner.withBean(FailureClassifier.class, () -> refused).run((context) -> {
            IdempotentCode<String> pay = pay(context.getBean(Idempotency.class));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pay.execute("k", () -> {
                    throw new IOException("no such account");
                }));
            }
            assertThat(context.getBean(IdempotencyStatistics.class).operation("pay"))
                    .isEqualTo(new KeyStatistics(1, 1, 0, Duration.ZERO, 0));
        });
    }

    @Test
    void whoIsRefusedAtOnceIsADuplicateThatDidNotWait() {
        with((idempotency, statistics) -> {
            IdempotentCode<String> hasty = pay(idempotency).onConcurrent(OnConcurrent.REJECT);
            hasty.execute("k", () -> {
                assertProblem(ProblemCode.KEY_IN_PROGRESS, () -> hasty.execute("k", () -> "receipt"));
                return "receipt";
            });
            assertThat(statistics.operation("pay")).isEqualTo(new KeyStatistics(1, 1, 0, Duration.ZERO, 0));
        });
    }

    @Test
    void whoMayNotWaitAtAllDidNotWait() {
        this.runner.withPropertyValues("integration.idempotency.max-wait=0s").run((context) -> {
            IdempotentCode<String> pay = pay(context.getBean(Idempotency.class));
            pay.execute("k", () -> {
                assertProblem(ProblemCode.KEY_IN_PROGRESS, () -> pay.execute("k", () -> "receipt"));
                return "receipt";
            });
            claim();
            assertProblem(ProblemCode.KEY_IN_PROGRESS, () -> pay.execute("l", () -> "receipt"));
            assertThat(context.getBean(IdempotencyStatistics.class).operation("pay"))
                    .isEqualTo(new KeyStatistics(1, 2, 0, Duration.ZERO, 0));
        });
    }

    @Test
    void theWaitForAnotherInstanceIsOneWaitHoweverOftenTheStoreIsAsked() {
        with((idempotency, statistics) -> {
            claim();
            assertProblem(ProblemCode.KEY_IN_PROGRESS, () -> pay(idempotency).execute("l", () -> "receipt"));
            assertThat(statistics.operation("pay")).isEqualTo(new KeyStatistics(0, 1, 1, Duration.ofSeconds(2), 0));
        });
    }

    @Test
    void theWaitForACallOfTheSameProcessEndsWithIt() {
        with((idempotency, statistics) -> {
            CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
            Thread second = new Thread(() ->
                    answer.completeAsync(() -> pay(idempotency).execute("k", () -> "twice"), Runnable::run));
            pay(idempotency).execute("k", () -> {
                second.start();
                Awaitility.await().until(() -> second.getState() == Thread.State.WAITING);
                this.time.advance(Duration.ofMillis(1500));
                return "receipt";
            });
            assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("receipt");
            assertThat(statistics.operation("pay")).isEqualTo(new KeyStatistics(1, 1, 1, Duration.ofMillis(1500), 0));
        });
    }

    @Test
    void whoseKeyWasTakenAwayHasLostItOnce() {
        with((idempotency, statistics) -> {
            pay(idempotency).execute("k", () -> {
                free();
                return "receipt";
            });
            assertThat(statistics.operation("pay").fenceLosses()).isEqualTo(1);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(() -> pay(idempotency).execute("k", () -> {
                        free();
                        throw new IllegalStateException("given back, it would be another's");
                    }));
            assertThat(statistics.operation("pay")).isEqualTo(new KeyStatistics(2, 0, 0, Duration.ZERO, 2));
        });
    }

    @Test
    void aCallOfUnknownOutcomeIsADuplicate() {
        with((idempotency, statistics) -> {
            this.store.extend(claim(), Duration.ZERO);
            assertProblem(
                    ProblemCode.OUTCOME_UNKNOWN,
                    () -> pay(idempotency).afterCrash(AfterCrash.REFUSE).execute("l", () -> "receipt"));
            assertThat(statistics.operation("pay")).isEqualTo(new KeyStatistics(0, 1, 0, Duration.ZERO, 0));
        });
    }

    @Test
    void aClaimInADatabaseIsAWaitOnlyIfItTakesLong() {
        KeySums sums = new KeySums();
        sums.claimed(Duration.ofNanos(9_999_999).toNanos());
        assertThat(sums.read().waits()).isZero();
        sums.claimed(Duration.ofMillis(10).toNanos());
        assertThat(sums.read()).isEqualTo(new KeyStatistics(0, 0, 1, Duration.ofMillis(10), 0));
    }

    /** In transactions each attempt claims; the key may answer the second one that another instance was quicker. */
    @Test
    void aCallCountsByTheFirstAnswerOfItsKey() {
        KeySums sums = new KeySums();
        Call call = Mockito.mock();
        HeldKey held = Mockito.mock();
        Mockito.when(call.attachment()).thenReturn(new TransactionalClaim(held));
        sums.executed(call);
        sums.executed(call);
        sums.duplicate(call);
        assertThat(sums.read()).isEqualTo(new KeyStatistics(1, 0, 0, Duration.ZERO, 0));
    }

    @Test
    void whoListensIsToldOfEachOperationOnce() {
        IdempotencyStatistics statistics = new IdempotencyStatistics();
        List<String> told = new ArrayList<>();
        KeySums sums = statistics.of("one");
        statistics.onOperation(told::add);
        statistics.of("two");
        assertThat(statistics.of("one")).isSameAs(sums);
        assertThat(told).containsExactly("one", "two");
        assertThat(statistics.operation("three")).isEqualTo(new KeyStatistics(0, 0, 0, Duration.ZERO, 0));
        assertThat(statistics.operations().keySet()).containsExactly("one", "two");
    }

    private static IdempotentCode<String> pay(Idempotency idempotency) {
        return idempotency.operation("pay", String.class).scope(KeyScope.GLOBAL);
    }

    /** Claims the key "l" as another instance does, which asks with the same content: none. */
    private ClaimToken claim() {
        ClaimRequest request = new ClaimRequest(
                new IdempotencyKey("pay", "", Sha256.hex("l")),
                Fingerprint.of("").hash(),
                "another instance",
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                true,
                null);
        return Keys.granted(this.store.claim(request));
    }

    private void free() {
        long epoch = Objects.requireNonNull(IdempotencyContext.current()).fencingToken();
        KeyStatus held = this.store.find("pay", HASH).get(0);
        assertThat(this.store.free(held.key(), epoch)).isTrue();
    }

    private static void assertProblem(ProblemCode code, ThrowingCallable call) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(call)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
    }

    private void with(Scenario scenario) {
        this.runner.run((context) -> {
            assertThat(context).hasNotFailed();
            scenario.play(context.getBean(Idempotency.class), context.getBean(IdempotencyStatistics.class));
        });
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Idempotency idempotency, IdempotencyStatistics statistics) throws Exception;
    }
}
