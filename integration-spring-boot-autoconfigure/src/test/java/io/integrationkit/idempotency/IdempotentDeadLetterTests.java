package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.context.Replay;
import io.integrationkit.context.Scope;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.ManualTime;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.Transactional;

/** A key whose call became a dead letter, with the real stores of both. */
class IdempotentDeadLetterTests {

    private final Callee callee = new Callee();

    static class Callee {

        final AtomicInteger attempts = new AtomicInteger();

        final AtomicInteger effects = new AtomicInteger();

        @Nullable
        RuntimeException failure = new IntegrationException("down", FailureCategory.TEMPORARY, true);

        void call() {
            this.attempts.incrementAndGet();
            if (this.failure != null) {
                throw this.failure;
            }
            this.effects.incrementAndGet();
        }
    }

    record Message(String id, String text) {}

    static class Chat {

        private final Callee callee;

        Chat(Callee callee) {
            this.callee = callee;
        }

        @Reliable(maxAttempts = 3, onExhausted = OnExhausted.DEAD_LETTER)
        @Idempotent(key = "#message.id")
        public void send(Message message) {
            this.callee.call();
        }

        /** Where there is a database, the claim lives in the transaction of each attempt. */
        @Reliable(maxAttempts = 3, onExhausted = OnExhausted.DEAD_LETTER)
        @Idempotent(key = "#message.id")
        @Transactional
        public void note(Message message) {
            this.callee.call();
        }

        @Reliable(maxAttempts = 3, onExhausted = OnExhausted.DEAD_LETTER)
        @Idempotent(key = "#message.id")
        public String ask(Message message) {
            this.callee.call();
            return "answer to " + message.text();
        }
    }

    private static final Message MESSAGE = new Message("m-1", "hello");

    static Stream<ApplicationContextRunner> engines() {
        ApplicationContextRunner memory = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        IdempotencyAutoConfiguration.class))
                .withBean(ManualTime.class);
        return Stream.of(
                memory,
                memory.withConfiguration(AutoConfigurations.of(
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        TransactionAutoConfiguration.class,
                        IntegrationJdbcAutoConfiguration.class)));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aMethodThatReturnsNothingReturnsUntilTheReplayOfItsEntryRunsItOnce(ApplicationContextRunner engine) {
        engine.withBean("chat", Chat.class, this.callee).run((context) -> {
            Chat chat = context.getBean(Chat.class);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            chat.send(MESSAGE);
            assertThat(this.callee.attempts).hasValue(3);
            chat.send(MESSAGE);
            assertThat(this.callee.attempts).hasValue(3);
            DeadLetter entry = onlyEntry(deadLetters);

            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
            assertThat(this.callee.attempts).hasValue(6);
            chat.send(MESSAGE);
            assertThat(this.callee.attempts).hasValue(6);

            this.callee.failure = null;
            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
            assertThat(this.callee.effects).hasValue(1);
            chat.send(MESSAGE);
            assertThat(this.callee.effects).hasValue(1);

            assertThat(deadLetters.replay(entry.id()).outcome()).isNotEqualTo(ReplayResult.Outcome.REPLAYED);
            assertThat(this.callee.effects).hasValue(1);
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aReplayBySomebodyElseIsTheCallOfWhoeverCalled(ApplicationContextRunner engine) {
        engine.withBean("chat", Chat.class, this.callee).run((context) -> {
            Chat chat = context.getBean(Chat.class);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            as("alice", () -> chat.note(MESSAGE));
            as("bob", () -> chat.note(MESSAGE));
            assertThat(this.callee.attempts).hasValue(6);
            assertThat(deadLetters.list(DeadLetterFilter.all(), null, 10)).hasSize(2);
            this.callee.failure = null;
            for (DeadLetter entry : deadLetters.list(DeadLetterFilter.all(), null, 10)) {
                as(
                        "operator",
                        () -> assertThat(deadLetters.replay(entry.id()).outcome())
                                .isEqualTo(ReplayResult.Outcome.REPLAYED));
            }
            assertThat(this.callee.effects).hasValue(2);
            as("alice", () -> chat.note(MESSAGE));
            as("bob", () -> chat.note(MESSAGE));
            assertThat(this.callee.effects).hasValue(2);
            as("operator", () -> chat.note(MESSAGE));
            assertThat(this.callee.effects).hasValue(3);
        });
    }

    private static void as(String principal, Runnable call) {
        TestingAuthenticationToken token = new TestingAuthenticationToken(principal, "");
        token.setAuthenticated(true);
        SecurityContextHolder.getContext().setAuthentication(token);
        try {
            call.run();
        } finally {
            SecurityContextHolder.clearContext();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aMethodWithAResultThrowsUntilTheReplayOfItsEntry(ApplicationContextRunner engine) {
        engine.withBean("chat", Chat.class, this.callee).run((context) -> {
            Chat chat = context.getBean(Chat.class);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            assertThatExceptionOfType(DeadLetteredException.class).isThrownBy(() -> chat.ask(MESSAGE));
            DeadLetter entry = onlyEntry(deadLetters);
            assertThatExceptionOfType(DeadLetteredException.class)
                    .isThrownBy(() -> chat.ask(MESSAGE))
                    .satisfies((ex) -> assertThat(ex.entryId()).isEqualTo(entry.id()));
            assertThat(this.callee.attempts).hasValue(3);
            this.callee.failure = null;
            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
            assertThat(chat.ask(MESSAGE)).isEqualTo("answer to hello");
            assertThat(this.callee.effects).hasValue(1);
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theReplayOfAnotherEntryDoesNotGetTheKeyAndIsNotTakenForDone(ApplicationContextRunner engine) {
        engine.withBean("chat", Chat.class, this.callee).run((context) -> {
            Chat chat = context.getBean(Chat.class);
            chat.send(MESSAGE);
            try (Scope scope = Replay.of("another").open()) {
                assertThatExceptionOfType(DeadLetteredException.class).isThrownBy(() -> chat.send(MESSAGE));
            }
            assertThat(this.callee.attempts).hasValue(3);
        });
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aReplayRefusedByTheOpenBreakerLeavesTheKeyToItsEntry(ApplicationContextRunner engine) {
        engine.withBean("chat", Chat.class, this.callee)
                .withPropertyValues(
                        "integration.reliable.defaults.circuit-breaker.minimum-calls=3",
                        "integration.reliable.defaults.circuit-breaker.window-size=3",
                        "integration.reliable.defaults.circuit-breaker.open-duration=1d")
                .run((context) -> {
                    Chat chat = context.getBean(Chat.class);
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    chat.send(MESSAGE);
                    DeadLetter entry = onlyEntry(deadLetters);
                    assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
                    assertThat(this.callee.attempts).hasValue(3);
                    chat.send(MESSAGE);
                    assertThat(this.callee.attempts).hasValue(3);
                });
    }

    private static DeadLetter onlyEntry(DeadLetters deadLetters) {
        assertThat(deadLetters.list(DeadLetterFilter.all(), null, 10)).hasSize(1);
        return deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);
    }
}
