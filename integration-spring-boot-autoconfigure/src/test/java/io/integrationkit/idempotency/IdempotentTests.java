package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Operation;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StagePosition;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Scope;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import reactor.core.publisher.Flux;

@ExtendWith(OutputCaptureExtension.class)
class IdempotentTests {

    private final ManualTime time = new ManualTime();

    private final LastOutcome outcome = new LastOutcome();

    private final Callee callee = new Callee();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class, ReliableAutoConfiguration.class, IdempotencyAutoConfiguration.class))
            .withBean(ManualTime.class, () -> this.time)
            .withBean(CallObserver.class, () -> this.outcome);

    record Request(String id, int amount) {}

    record Receipt(String number, List<Line> lines, Instant at) {}

    record Line(String text) {}

    static class Callee {

        int calls;

        Callable<? extends @Nullable Object> work = () -> null;

        @Nullable
        Object call() throws Exception {
            this.calls++;
            return this.work.call();
        }
    }

    static class Payments {

        private final Callee callee;

        Payments(Callee callee) {
            this.callee = callee;
        }

        @Idempotent(key = "#request.id")
        public @Nullable Receipt pay(Request request) throws Exception {
            return (Receipt) this.callee.call();
        }

        @Idempotent(key = "#request.id", operation = "receipts", ttl = "1h", lease = "PT5S")
        public Optional<List<Receipt>> find(Request request) throws Exception {
            @SuppressWarnings("unchecked")
            List<Receipt> found = (List<Receipt>) this.callee.call();
            return Optional.ofNullable(found);
        }

        @Idempotent(key = "{#id, #amount}")
        public void refund(String id, int amount) throws Exception {
            this.callee.call();
        }
    }

    private static final Request REQUEST = new Request("r-1", 10);

    private static final Receipt RECEIPT =
            new Receipt("n-1", List.of(new Line("a")), Instant.parse("2026-02-03T04:05:06Z"));

    @Test
    void theSecondCallGetsTheResultOfTheFirstWithItsDeclaredTypes() {
        with((payments) -> {
            this.callee.work = () -> RECEIPT;
            assertThat(payments.pay(REQUEST)).isSameAs(RECEIPT);
            assertThat(this.outcome.last).isEqualTo(CallOutcome.EXECUTED);
            assertThat(payments.pay(new Request("r-1", 10))).isEqualTo(RECEIPT).isNotSameAs(RECEIPT);
            assertThat(this.outcome.last).isEqualTo(CallOutcome.REPLAYED);
            assertThat(this.callee.calls).isEqualTo(1);
        });
    }

    @Test
    void nullEmptyAndNothingAreResultsToo() {
        with((payments) -> {
            this.callee.work = () -> null;
            assertThat(payments.pay(REQUEST)).isNull();
            assertThat(payments.pay(REQUEST)).isNull();
            assertThat(payments.find(REQUEST)).isEmpty();
            assertThat(payments.find(REQUEST)).isEmpty();
            payments.refund("a", 1);
            payments.refund("a", 1);
            assertThat(this.callee.calls).isEqualTo(3);
        });
    }

    @Test
    void theContentOfAnOptionalKeepsItsGenericType() {
        with((payments) -> {
            this.callee.work = () -> List.of(RECEIPT);
            payments.find(REQUEST);
            assertThat(payments.find(REQUEST)).hasValue(List.of(RECEIPT));
            assertThat(this.callee.calls).isEqualTo(1);
        });
    }

    @Test
    void aResultIsForgottenWhenItsTimeIsOver() {
        with((payments) -> {
            payments.find(REQUEST);
            this.time.advance(Duration.ofMinutes(59));
            payments.find(REQUEST);
            assertThat(this.callee.calls).isEqualTo(1);
            this.time.advance(Duration.ofMinutes(2));
            payments.find(REQUEST);
            assertThat(this.callee.calls).isEqualTo(2);
        });
    }

    @Test
    void theSameKeyWithOtherContentIsAMistakeOfTheCaller() {
        with((payments) -> {
            payments.pay(REQUEST);
            assertProblem(() -> payments.pay(new Request("r-1", 11)), ProblemCode.KEY_REUSED);
            assertThat(this.callee.calls).isEqualTo(1);
        });
    }

    @Test
    void aMissingKeyIsAMistakeOfTheCaller() {
        with((payments) -> {
            assertProblem(() -> payments.refund("", 1), ProblemCode.KEY_MISSING);
            assertThat(this.callee.calls).isZero();
        });
    }

    @Test
    void aRefusalOfTheCalleeIsRememberedAndThrownAgain() {
        IntegrationException refusal = new IntegrationException("card is stolen", FailureCategory.PERMANENT, false);
        with((payments) -> {
            this.callee.work = () -> {
                throw refusal;
            };
            assertThatExceptionOfType(IntegrationException.class)
                    .isThrownBy(() -> payments.pay(REQUEST))
                    .isSameAs(refusal);
            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(IdempotentReplayException.class)
                        .isThrownBy(() -> payments.pay(REQUEST))
                        .withMessage("card is stolen")
                        .satisfies((ex) -> {
                            assertThat(ex.category()).isEqualTo(FailureCategory.PERMANENT);
                            assertThat(ex.retryable()).isFalse();
                        });
                assertThat(this.outcome.last).isEqualTo(CallOutcome.REPLAYED);
            }
            assertThat(this.callee.calls).isEqualTo(1);
        });
    }

    @Test
    void aTemporaryFailureGivesTheKeyBack() {
        IOException failure = new IOException("reset");
        with((payments) -> {
            this.callee.work = () -> {
                throw failure;
            };
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> payments.pay(REQUEST))
                    .isSameAs(failure);
            this.callee.work = () -> RECEIPT;
            assertThat(payments.pay(REQUEST)).isSameAs(RECEIPT);
        });
    }

    @Test
    void aCallMeetingAnotherOneWaitsWithGrowingPausesThenIsRefusedWithTheRestOfTheLease() {
        withStore(new OneKeyHeld(), (payments) -> {
            assertThatExceptionOfType(RejectedException.class)
                    .isThrownBy(() -> payments.pay(REQUEST))
                    .satisfies((ex) -> {
                        assertThat(ex.code()).isEqualTo(ProblemCode.KEY_IN_PROGRESS);
                        assertThat(ex.retryAfter()).isEqualTo(Duration.ofSeconds(21));
                    })
                    .withMessageContaining("integration.idempotency.max-wait");
            assertThat(this.outcome.last).isEqualTo(CallOutcome.REJECTED);
            assertThat(this.time.sleeps())
                    .startsWith(Duration.ofMillis(10), Duration.ofMillis(20), Duration.ofMillis(40))
                    .hasSizeBetween(10, 20)
                    .allMatch((pause) -> pause.compareTo(Duration.ofMillis(250)) <= 0);
            assertThat(this.time.sleeps().stream().reduce(Duration.ZERO, Duration::plus))
                    .isEqualTo(Duration.ofSeconds(2));
        });
    }

    @Test
    void aCallDoesNotWaitBeyondItsDeadline() {
        withStore(new OneKeyHeld(), (payments) -> {
            try (Scope scope = Deadline.after(Duration.ofMillis(25), this.time).open()) {
                assertProblem(() -> payments.pay(REQUEST), ProblemCode.KEY_IN_PROGRESS);
            }
            assertThat(this.time.sleeps()).containsExactly(Duration.ofMillis(10), Duration.ofMillis(15));
        });
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        withStore(new OneKeyHeld(), (payments) -> {
            Thread.currentThread().interrupt();
            assertProblem(() -> payments.pay(REQUEST), ProblemCode.KEY_IN_PROGRESS);
            assertThat(Thread.interrupted()).isTrue();
        });
    }

    @Test
    void aCallThatMayNotWaitIsRefusedUntilTheOneBeforeItHasEnded() {
        with(this.runner.withPropertyValues("integration.idempotency.max-wait=0s"), (payments) -> {
            CountDownLatch inside = new CountDownLatch(1);
            CountDownLatch finish = new CountDownLatch(1);
            this.callee.work = () -> {
                inside.countDown();
                assertThat(finish.await(30, TimeUnit.SECONDS)).isTrue();
                return RECEIPT;
            };
            ExecutorService executor = Executors.newSingleThreadExecutor();
            try {
                Future<@Nullable Receipt> first = executor.submit(() -> payments.pay(REQUEST));
                assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();
                assertProblem(() -> payments.pay(REQUEST), ProblemCode.KEY_IN_PROGRESS);
                finish.countDown();
                assertThat(first.get(30, TimeUnit.SECONDS)).isSameAs(RECEIPT);
            } finally {
                executor.shutdownNow();
            }
            assertThat(payments.pay(REQUEST)).isEqualTo(RECEIPT);
            assertThat(this.callee.calls).isEqualTo(1);
        });
    }

    @Test
    void aCallThatOutlivedItsLeaseReturnsAndItsLateResultDoesNotCount(CapturedOutput output) {
        withStore(new NeverRenewed(this.time), (payments) -> {
            this.callee.work = () -> {
                this.time.advance(Duration.ofSeconds(31));
                this.callee.work = () -> RECEIPT;
                assertThat(payments.pay(REQUEST)).isSameAs(RECEIPT);
                return new Receipt("late", List.of(), Instant.EPOCH);
            };
            assertThat(payments.pay(REQUEST)).extracting(Receipt::number).isEqualTo("late");
            assertThat(payments.pay(REQUEST)).isEqualTo(RECEIPT);
            assertThat(this.callee.calls).isEqualTo(2);
            assertThat(output).containsOnlyOnce("INT-404").contains("integration.idempotency.lease");
            assertThat(output).doesNotContain("r-1");
        });
    }

    @Test
    void aResultThatCannotBeStoredIsReturnedAndItsWorkIsNotDoneAgain(CapturedOutput output) {
        this.runner
                .withBean(Unstorable.class, () -> new Unstorable(this.callee))
                .run((context) -> {
                    Unstorable bean = context.getBean(Unstorable.class);
                    assertThat(bean.make("k")).isNotNull();
                    assertThat(output).contains("INT-406");
                    assertProblem(() -> bean.make("k"), ProblemCode.RESULT_NOT_SERIALIZABLE);
                    assertThat(this.callee.calls).isEqualTo(1);
                });
    }

    static class Unstorable {

        private final Callee callee;

        Unstorable(Callee callee) {
            this.callee = callee;
        }

        @Idempotent(key = "#key")
        public Loop make(String key) throws Exception {
            this.callee.call();
            return new Loop();
        }
    }

    static class Loop {

        public Loop getSelf() {
            throw new UnsupportedOperationException();
        }
    }

    @Test
    void whenTheStoreFailsAfterTheEffectTheCallerStillGetsTheResult(CapturedOutput output) {
        withStore(new FailingAtTheEnd(), (payments) -> {
            this.callee.work = () -> RECEIPT;
            assertThat(payments.pay(REQUEST)).isSameAs(RECEIPT);
            assertThat(output).contains("could not be stored").contains("database away");
        });
    }

    @Test
    void whenTheStoreFailsAfterAFailureTheCallerSeesTheFailure() {
        IOException failure = new IOException("reset");
        withStore(new FailingAtTheEnd(), (payments) -> {
            this.callee.work = () -> {
                throw failure;
            };
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> payments.pay(REQUEST))
                    .isSameAs(failure)
                    .satisfies((ex) -> assertThat(ex.getSuppressed()).hasSize(1));
        });
    }

    @Test
    void theEndIsWrittenAlsoByAThreadThatWasAskedToStop() {
        withStore(new RefusingInterruptedThreads(), (payments) -> {
            this.callee.work = () -> {
                Thread.currentThread().interrupt();
                return RECEIPT;
            };
            payments.pay(REQUEST);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(payments.pay(REQUEST)).isEqualTo(RECEIPT);
            assertThat(this.callee.calls).isEqualTo(1);
        });
    }

    @Test
    void whenTheStoreCannotBeAskedNothingIsDone() {
        withStore(new FailingAtOnce(), (payments) -> {
            assertThatIllegalStateException().isThrownBy(() -> payments.pay(REQUEST));
            assertThat(this.callee.calls).isZero();
        });
    }

    @Test
    void thePlanShowsEachValueWithItsSource() {
        this.runner
                .withBean(Payments.class, () -> new Payments(this.callee))
                .withPropertyValues("integration.idempotency.lease=7s")
                .run((context) -> {
                    OperationRegistry registry = context.getBean(OperationRegistry.class);
                    Plan plan = Objects.requireNonNull(registry.find("receipts"));
                    assertThat(plan.stages()).contains(StagePosition.IDEMPOTENT);
                    assertThat(plan.settings())
                            .contains(
                                    new Setting("idempotency.key", "#request.id", "@Idempotent(key)"),
                                    new Setting("idempotency.ttl", "PT1H", "@Idempotent(ttl)"),
                                    new Setting("idempotency.lease", "PT5S", "@Idempotent(lease)"),
                                    new Setting("idempotency.max-wait", "PT2S", Setting.DEFAULT),
                                    new Setting("idempotency.store", "memory", Setting.DEFAULT));
                    assertThat(registry.plans())
                            .filteredOn((each) -> each.operation().name().endsWith(".pay"))
                            .flatExtracting(Plan::settings)
                            .anySatisfy((setting) -> {
                                assertThat(setting.value()).isEqualTo("PT7S");
                                assertThat(setting.source()).startsWith("integration.idempotency.lease");
                            });
                });
    }

    static class BadTime {
        @Idempotent(key = "#key", ttl = "soon")
        public void call(String key) {}
    }

    static class LeaseTooLong {
        @Idempotent(key = "#key", lease = "48h")
        public void call(String key) {}
    }

    static class NegativeTtl {
        @Idempotent(key = "#key", ttl = "-1s")
        public void call(String key) {}
    }

    @ParameterizedTest
    @ValueSource(classes = {BadTime.class, LeaseTooLong.class, NegativeTtl.class})
    void timesThatCannotWorkEndStartUp(Class<?> bean) {
        assertStartFails(bean, ProblemCode.INVALID_SETTING, "@Idempotent(");
    }

    static class FluxReliable {
        @Reliable
        @Idempotent(key = "#key")
        public Flux<String> call(String key) {
            return Flux.just(key);
        }
    }

    static class Anything {
        @Idempotent(key = "#key")
        public Object call(String key) {
            return key;
        }
    }

    static class Streaming {
        @Idempotent(key = "#key")
        public Stream<String> call(String key) {
            return Stream.of(key);
        }
    }

    static class RawOptional {
        @Idempotent(key = "#key")
        @SuppressWarnings("rawtypes")
        public Optional call(String key) {
            return Optional.of(key);
        }
    }

    static class Generic {
        @Idempotent(key = "#key")
        public <T> @Nullable T call(String key) {
            return null;
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {FluxReliable.class, Anything.class, Streaming.class, RawOptional.class, Generic.class})
    void resultsThatCannotBeReadAgainEndStartUp(Class<?> bean) {
        assertStartFails(bean, ProblemCode.RESULT_NOT_SERIALIZABLE, "cannot be remembered");
    }

    abstract static class Base<T> {

        @Idempotent(key = "#key")
        public List<T> call(String key) {
            return List.of(make());
        }

        abstract T make();
    }

    static class Concrete extends Base<Line> {
        @Override
        Line make() {
            return new Line("x");
        }
    }

    @Test
    void aTypeVariableIsReadAsTheBeansClassDeclaresIt() {
        this.runner.withBean(Concrete.class).run((context) -> {
            Concrete bean = context.getBean(Concrete.class);
            bean.call("k");
            assertThat(bean.call("k")).containsExactly(new Line("x"));
        });
    }

    static class WrongKey {
        @Idempotent(key = "#requst.id")
        public void call(Request request) {}
    }

    @Test
    void aWrongKeyEndsStartUpAndIsShown() {
        assertStartFails(WrongKey.class, ProblemCode.INVALID_EXPRESSION, "^");
    }

    private void assertStartFails(Class<?> bean, ProblemCode code, String message) {
        this.runner
                .withBean(bean)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(code))
                        .hasMessageContaining(message));
    }

    private static void assertProblem(ThrowingCallable call, ProblemCode code) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(call)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
    }

    private void with(Scenario scenario) {
        with(this.runner, scenario);
    }

    private void with(ApplicationContextRunner contexts, Scenario scenario) {
        contexts.withBean(Payments.class, () -> new Payments(this.callee))
                .run((context) -> scenario.play(context.getBean(Payments.class)));
    }

    private void withStore(IdempotencyStore store, Scenario scenario) {
        this.runner
                .withBean(Payments.class, () -> new Payments(this.callee))
                .withBean(IdempotencyStore.class, () -> store)
                .run((context) -> scenario.play(context.getBean(Payments.class)));
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Payments payments) throws Exception;
    }

    static class LastOutcome implements CallObserver {

        @Nullable
        CallOutcome last;

        @Override
        public OfOperation observe(Operation operation) {
            return (call, nanos) -> this.last = call.outcome();
        }
    }

    private static class Delegating extends DelegatingIdempotencyStore {

        Delegating() {
            super(IdempotencyStore.inMemory(10, new ManualTime()));
        }

        @Override
        public String engine() {
            return "test";
        }

        @Override
        public boolean durable() {
            return true;
        }
    }

    private static final class NeverRenewed extends DelegatingIdempotencyStore {

        NeverRenewed(ManualTime time) {
            super(IdempotencyStore.inMemory(10, time));
        }

        @Override
        public boolean extend(ClaimToken token, Duration lease) {
            return false;
        }
    }

    private static final class OneKeyHeld extends Delegating {
        @Override
        public Claim claim(ClaimRequest request) {
            return new Claim.InProgress(Duration.ofSeconds(21));
        }
    }

    private static final class FailingAtTheEnd extends Delegating {
        @Override
        public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
            throw new IllegalStateException("database away");
        }

        @Override
        public boolean release(ClaimToken token) {
            throw new IllegalStateException("database away");
        }
    }

    private static final class RefusingInterruptedThreads extends Delegating {
        @Override
        public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            return super.complete(token, result, ttl);
        }
    }

    private static final class FailingAtOnce extends Delegating {
        @Override
        public Claim claim(ClaimRequest request) {
            throw new IllegalStateException("database away");
        }
    }
}
