package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StagePosition;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.ManualTime;
import io.integrationkit.testsupport.Race;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** {@code @Deduplicate} through real proxies, without any database. */
class DeduplicateInMemoryTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class))
            .withBean(ManualTime.class);

    private final Handler handler = new Handler();

    static class Handler {

        final AtomicInteger calls = new AtomicInteger();

        Runnable work = () -> {};

        CompletableFuture<Void> later = new CompletableFuture<>();

        void run() {
            this.calls.incrementAndGet();
            this.work.run();
        }
    }

    static class Listener {

        private final Handler handler;

        Listener(Handler handler) {
            this.handler = handler;
        }

        @Deduplicate(id = "#id")
        public void on(String id) {
            this.handler.run();
        }

        @Deduplicate(id = "#id")
        public CompletionStage<Void> onLater(String id) {
            this.handler.run();
            return this.handler.later;
        }

        @Reliable(maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
        @Deduplicate(id = "#id")
        public void onReliably(String id) {
            this.handler.run();
        }
    }

    @Test
    void aMessageIsHandledOnceAndAgainAfterAFailure() {
        with((listener) -> {
            this.handler.work = () -> {
                throw new IllegalStateException("handler");
            };
            assertThatIllegalStateException().isThrownBy(() -> listener.on("m"));
            this.handler.work = () -> {};
            listener.on("m");
            listener.on("m");
            assertThat(this.handler.calls).hasValue(2);
        });
    }

    @Test
    void aCopyOfAMessageBeingHandledIsRefusedForAShortWhile() {
        with((listener) -> {
            this.handler.work = () -> assertThatExceptionOfType(RejectedException.class)
                    .isThrownBy(() -> listener.on("m"))
                    .satisfies((ex) -> {
                        assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_IN_FLIGHT);
                        assertThat(ex.category()).isEqualTo(FailureCategory.REJECTED);
                        assertThat(ex.retryAfter()).isPositive();
                    });
            listener.on("m");
            assertThat(this.handler.calls).hasValue(1);
        });
    }

    @Test
    void of64CopiesAtOnceOneHasAnEffect() {
        with((listener) -> {
            for (Future<Boolean> each : Race.run(64, () -> {
                try {
                    listener.on("m");
                    return true;
                } catch (RejectedException ex) {
                    return false;
                }
            })) {
                each.get();
            }
            assertThat(this.handler.calls).hasValue(1);
        });
    }

    @Test
    void aMessageHandledLaterIsDoneWhenItsStageIs() {
        with((listener) -> {
            CompletionStage<Void> first = listener.onLater("m");
            assertThat(first).isSameAs(this.handler.later);
            assertThatExceptionOfType(RejectedException.class).isThrownBy(() -> listener.onLater("m"));
            this.handler.later.completeExceptionally(new IllegalStateException("later"));
            this.handler.later = new CompletableFuture<>();
            listener.onLater("m");
            this.handler.later.complete(null);
            assertThat(listener.onLater("m").toCompletableFuture())
                    .isCompleted()
                    .isNotSameAs(this.handler.later);
            assertThat(this.handler.calls).hasValue(2);
        });
    }

    @Test
    void aDeadLetteredMessageIsNotADuplicateForItsReplay() {
        this.runner.withBean("listener", Listener.class, this.handler).run((context) -> {
            Listener listener = context.getBean(Listener.class);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            this.handler.work = () -> {
                throw new IllegalStateException("handler");
            };
            listener.onReliably("m");
            this.handler.work = () -> {};
            String entry =
                    deadLetters.list(DeadLetterFilter.all(), null, 10).get(0).id();
            assertThat(deadLetters.replay(entry).outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
            listener.onReliably("m");
            assertThat(this.handler.calls).hasValue(2);
        });
    }

    @Test
    void thePlanShowsWhereTheStageStandsAndHowMuchItRemembers() {
        this.runner
                .withPropertyValues("integration.deduplicate.max-entries=7")
                .withBean("listener", Listener.class, this.handler)
                .run((context) -> {
                    Plan plan = Objects.requireNonNull(
                            context.getBean(OperationRegistry.class).find("listener.on"));
                    assertThat(plan.stages())
                            .contains(StagePosition.DEDUPLICATE)
                            .doesNotContain(StagePosition.TRANSACTIONAL_DEDUPLICATE);
                    assertThat(plan.settings())
                            .contains(new Setting("deduplicate.store", "memory", Setting.DEFAULT))
                            .anySatisfy((setting) -> {
                                assertThat(setting.name()).isEqualTo("deduplicate.max-entries");
                                assertThat(setting.value()).isEqualTo("7");
                            });
                });
    }

    static class ReturnsAValue {
        @Deduplicate(id = "#id")
        public String on(String id) {
            return id;
        }
    }

    static class ReturnsAValueLater {
        @Deduplicate(id = "#id")
        public CompletableFuture<String> on(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    @ParameterizedTest
    @ValueSource(classes = {ReturnsAValue.class, ReturnsAValueLater.class})
    void aDuplicateThatWouldHaveNoValueToReturnEndsStartUp(Class<?> bean) {
        this.runner
                .withBean(bean)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DUPLICATE_RESULT_UNDEFINED)));
    }

    static class ReturnsAFuture {
        @Deduplicate(id = "#id", onDuplicate = OnDuplicate.THROW)
        public Future<String> on(String id) {
            return CompletableFuture.completedFuture(id);
        }
    }

    @Test
    void aResultWhoseEndNobodyTellsEndsStartUp() {
        this.runner
                .withBean(ReturnsAFuture.class)
                .run((context) -> assertThat(context)
                        .getFailure()
                        .isInstanceOfSatisfying(
                                ProblemException.class,
                                (ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_SETTING)));
    }

    private void with(Scenario scenario) {
        this.runner
                .withBean("listener", Listener.class, this.handler)
                .run((context) -> scenario.play(context.getBean(Listener.class)));
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Listener listener) throws Exception;
    }
}
