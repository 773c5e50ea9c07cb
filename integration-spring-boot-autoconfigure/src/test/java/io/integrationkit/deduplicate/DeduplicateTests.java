package io.integrationkit.deduplicate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StagePosition;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** {@code @Deduplicate} through real proxies, with the inbox in H2. */
class DeduplicateTests {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class))
            .withBean(ManualTime.class);

    private final Behaviour behaviour = new Behaviour();

    record Event(String id, int amount) {}

    private static final Event EVENT = new Event("e-1", 5);

    static class Behaviour {

        /** What the handler ends with, call by call; {@code null} is success. */
        final List<@Nullable Throwable> ends = new ArrayList<>();

        final List<Boolean> inTransaction = new ArrayList<>();

        int calls;

        void end() throws Throwable {
            this.calls++;
            this.inTransaction.add(TransactionSynchronizationManager.isActualTransactionActive());
            Throwable failure = this.ends.isEmpty() ? null : this.ends.remove(0);
            if (failure != null) {
                throw failure;
            }
        }
    }

    static class Projection {

        private final JdbcOperations jdbc;

        private final Behaviour behaviour;

        Projection(JdbcOperations jdbc, Behaviour behaviour) {
            this.jdbc = jdbc;
            this.behaviour = behaviour;
        }

        private void handle(Event event) throws Throwable {
            this.jdbc.update("insert into effect (id, amount) values (?, ?)", event.id(), event.amount());
            this.behaviour.end();
        }

        @Deduplicate(id = "#event.id")
        public void plain(Event event) throws Throwable {
            handle(event);
        }

        @Transactional
        @Deduplicate(id = "#event.id")
        public void transactional(Event event) throws Throwable {
            handle(event);
        }

        @Transactional(noRollbackFor = UnsupportedOperationException.class)
        @Deduplicate(id = "#event.id")
        public void committingOnPurpose(Event event) throws Throwable {
            handle(event);
        }

        @Reliable(maxAttempts = 3)
        @Transactional
        @Deduplicate(id = "#event.id")
        public void retried(Event event) throws Throwable {
            handle(event);
        }

        @Reliable(maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
        @Deduplicate(id = "#event.id")
        public void givenUp(Event event) throws Throwable {
            handle(event);
        }

        @Reliable(maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
        @Deduplicate(id = "#event.id", onDuplicate = OnDuplicate.THROW)
        public String throwing(Event event) throws Throwable {
            handle(event);
            return "done";
        }

        @Deduplicate(id = "#event.id", consumer = "audit")
        public Optional<String> optional(Event event) throws Throwable {
            handle(event);
            return Optional.of("done");
        }
    }

    @Test
    void theHandlerRunsInATransactionEvenWithoutOneOfItsOwn() {
        with((projection, jdbc) -> {
            projection.plain(EVENT);
            projection.plain(EVENT);
            assertThat(this.behaviour.inTransaction).containsExactly(true);
            assertThat(effects(jdbc)).isEqualTo(1);
            assertThat(messages(jdbc)).isEqualTo(1);
        });
    }

    @Test
    void theStageRunsInsideTheTransactionOfTheMethod() {
        with((projection, jdbc) -> {
            this.behaviour.ends.add(new IllegalStateException("handler"));
            assertThatIllegalStateException().isThrownBy(() -> projection.transactional(EVENT));
            assertThat(effects(jdbc)).isZero();
            assertThat(messages(jdbc)).isZero();
            projection.transactional(EVENT);
            projection.transactional(EVENT);
            assertThat(effects(jdbc)).isEqualTo(1);
            assertThat(messages(jdbc)).isEqualTo(1);
        });
    }

    @Test
    void aCheckedExceptionRollsBackTheTransactionOpenedAroundTheHandler() {
        with((projection, jdbc) -> {
            IOException failure = new IOException("handler");
            this.behaviour.ends.add(failure);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> projection.plain(EVENT))
                    .isSameAs(failure);
            assertThat(effects(jdbc)).isZero();
            assertThat(messages(jdbc)).isZero();
        });
    }

    @Test
    void aTransactionThatSpringCommitsAfterACheckedExceptionKeepsNoRow() {
        with((projection, jdbc) -> {
            this.behaviour.ends.add(new IOException("handler"));
            assertThatExceptionOfType(IOException.class).isThrownBy(() -> projection.transactional(EVENT));
            assertThat(effects(jdbc)).isEqualTo(1);
            assertThat(messages(jdbc)).isZero();
        });
    }

    @Test
    void aTransactionCommittedOnPurposeKeepsEffectAndRow() {
        with((projection, jdbc) -> {
            this.behaviour.ends.add(new UnsupportedOperationException("refused, and noted"));
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> projection.committingOnPurpose(EVENT));
            projection.committingOnPurpose(EVENT);
            assertThat(effects(jdbc)).isEqualTo(1);
            assertThat(messages(jdbc)).isEqualTo(1);
        });
    }

    @Test
    void eachAttemptReceivesTheMessageAnew() {
        with((projection, jdbc) -> {
            this.behaviour.ends.add(new IOException("first"));
            this.behaviour.ends.add(new UncheckedIOException(new IOException("second")));
            projection.retried(EVENT);
            assertThat(this.behaviour.calls).isEqualTo(3);
            projection.retried(EVENT);
            assertThat(this.behaviour.calls).isEqualTo(3);
            assertThat(messages(jdbc)).isEqualTo(1);
        });
    }

    @Test
    void theRowSharesTheFateOfTheCallersTransaction() {
        withTransactions((projection, jdbc, transaction) -> {
            transaction.executeWithoutResult((status) -> {
                run(() -> projection.plain(EVENT));
                status.setRollbackOnly();
            });
            assertThat(messages(jdbc)).isZero();
            transaction.executeWithoutResult((status) -> run(() -> projection.plain(EVENT)));
            assertThat(messages(jdbc)).isEqualTo(1);
        });
    }

    @Test
    void aCallerWhoSwallowsTheFailureAndCommitsDoesNotCommitTheRow() {
        withTransactions((projection, jdbc, transaction) -> {
            this.behaviour.ends.add(new IllegalStateException("handler"));
            transaction.executeWithoutResult(
                    (status) -> assertThatIllegalStateException().isThrownBy(() -> projection.plain(EVENT)));
            assertThat(messages(jdbc)).isZero();
            projection.plain(EVENT);
            assertThat(messages(jdbc)).isEqualTo(1);
        });
    }

    @Test
    void aMessageDeadLetteredInTheCallersTransactionIsNotADuplicateForItsReplay() {
        this.runner
                .withBean("projection", Projection.class)
                .withBean(Behaviour.class, () -> this.behaviour)
                .run((context) -> {
                    JdbcOperations jdbc = context.getBean(JdbcOperations.class);
                    createEffects(jdbc);
                    Projection projection = context.getBean(Projection.class);
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    this.behaviour.ends.add(new IOException("handler"));
                    new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
                            .executeWithoutResult((status) -> run(() -> projection.givenUp(EVENT)));
                    DeadLetter entry =
                            deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);
                    assertThat(entry.key()).isEqualTo("e-1");
                    assertThat(messages(jdbc)).isZero();
                    assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
                    assertThat(this.behaviour.calls).isEqualTo(2);
                    assertThat(messages(jdbc)).isEqualTo(1);
                });
    }

    @Test
    void aDuplicateIsReportedAsAskedAndNeverDeadLettered() {
        this.runner
                .withBean("projection", Projection.class)
                .withBean(Behaviour.class, () -> this.behaviour)
                .run((context) -> {
                    createEffects(context.getBean(JdbcOperations.class));
                    Projection projection = context.getBean(Projection.class);
                    assertThat(call(() -> projection.throwing(EVENT))).isEqualTo("done");
                    assertThatExceptionOfType(DuplicateMessageException.class)
                            .isThrownBy(() -> projection.throwing(EVENT))
                            .satisfies((ex) -> assertThat(ex.messageIdentity())
                                    .isEqualTo(new MessageIdentity("projection.throwing", "", "e-1")));
                    assertThat(context.getBean(DeadLetters.class).count(DeadLetterFilter.all()))
                            .isZero();
                    assertThat(call(() -> projection.optional(EVENT))).isEqualTo(Optional.of("done"));
                    assertThat(call(() -> projection.optional(EVENT))).isEqualTo(Optional.empty());
                });
    }

    @Test
    void aMessageWithoutIdIsRefused() {
        with((projection, jdbc) -> assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> projection.plain(new Event(" ", 1)))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.MESSAGE_ID_MISSING)));
    }

    @Test
    void thePlanShowsEachValueWithItsSource() {
        this.runner
                .withPropertyValues("integration.deduplicate.retention=14d")
                .withBean("projection", Projection.class)
                .withBean(Behaviour.class, () -> this.behaviour)
                .run((context) -> {
                    OperationRegistry registry = context.getBean(OperationRegistry.class);
                    Plan plan = Objects.requireNonNull(registry.find("projection.optional"));
                    assertThat(plan.stages()).contains(StagePosition.TRANSACTIONAL_DEDUPLICATE);
                    assertThat(plan.settings())
                            .contains(
                                    new Setting("deduplicate.consumer", "audit", "@Deduplicate(consumer)"),
                                    new Setting("deduplicate.id", "#event.id", "@Deduplicate(id)"),
                                    new Setting("deduplicate.on-duplicate", "SKIP", Setting.DEFAULT),
                                    new Setting("deduplicate.store", "h2", Setting.DEFAULT))
                            .anySatisfy((setting) -> {
                                assertThat(setting.name()).isEqualTo("deduplicate.retention");
                                assertThat(setting.value()).isEqualTo("PT336H");
                                assertThat(setting.source()).startsWith("integration.deduplicate.retention");
                            });
                    assertThat(Objects.requireNonNull(registry.find("projection.plain"))
                                    .settings())
                            .contains(new Setting("deduplicate.consumer", "projection.plain", Setting.DEFAULT));
                });
    }

    private void with(Scenario scenario) {
        withTransactions((projection, jdbc, transaction) -> scenario.play(projection, jdbc));
    }

    private void withTransactions(TransactionalScenario scenario) {
        this.runner
                .withBean("projection", Projection.class)
                .withBean(Behaviour.class, () -> this.behaviour)
                .run((context) -> {
                    JdbcOperations jdbc = context.getBean(JdbcOperations.class);
                    createEffects(jdbc);
                    run(() -> scenario.play(
                            context.getBean(Projection.class),
                            jdbc,
                            new TransactionTemplate(context.getBean(PlatformTransactionManager.class))));
                });
    }

    private static void createEffects(JdbcOperations jdbc) {
        jdbc.execute("create table effect (id varchar, amount integer)");
    }

    private static Integer effects(JdbcOperations jdbc) {
        return jdbc.queryForObject("select count(*) from effect", Integer.class);
    }

    private static Integer messages(JdbcOperations jdbc) {
        return jdbc.queryForObject("select count(*) from integration_inbox", Integer.class);
    }

    private static void run(Work work) {
        call(() -> {
            work.run();
            return "";
        });
    }

    private static <T> T call(Supplying<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error ex) {
            throw ex;
        } catch (Throwable ex) {
            throw new IllegalStateException(ex);
        }
    }

    @FunctionalInterface
    private interface Work {
        void run() throws Throwable;
    }

    @FunctionalInterface
    private interface Supplying<T> {
        T get() throws Throwable;
    }

    @FunctionalInterface
    private interface Scenario {
        void play(Projection projection, JdbcOperations jdbc) throws Throwable;
    }

    @FunctionalInterface
    private interface TransactionalScenario {
        void play(Projection projection, JdbcOperations jdbc, TransactionTemplate transaction) throws Throwable;
    }
}
