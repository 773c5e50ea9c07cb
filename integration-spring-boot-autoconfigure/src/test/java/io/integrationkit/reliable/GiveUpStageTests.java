package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.Compensation;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.call.Stage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.reliable.RunTimeChanges.Change;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.kafka.annotation.KafkaListener;
import tools.jackson.databind.json.JsonMapper;

class GiveUpStageTests {

    private final List<GivenUpCall> stored = new ArrayList<>();

    private RuntimeException broken;

    private final Duration longestWait = Duration.ofSeconds(10);

    @AfterEach
    void leaveTheThreadAsItWas() {
        Thread.interrupted();
    }

    @Test
    void storesACallThatReturnsNothingAndReturns() throws Throwable {
        IOException failure = new IOException();
        Call call = call("notify", new Order("o-1", 2));
        call.attemptStarted();
        call.identifiedBy("k-1");
        assertThat(run(call, failing(failure))).isNull();
        assertThat(this.stored)
                .containsExactly(new GivenUpCall(
                        call.operation(),
                        "[{\"id\":\"o-1\",\"count\":2}]",
                        "k-1",
                        Failure.outcomeUnknown(),
                        failure,
                        1,
                        Compensation.NONE));
        assertThat(call.outcome()).isEqualTo(CallOutcome.DEAD_LETTERED);
        assertThat(call.deadLetterId()).isEqualTo("entry-1");
    }

    @Test
    void tellsTheCallerOfAMethodWithAResultWhereTheCallWent() {
        IOException failure = new IOException();
        assertThatExceptionOfType(DeadLetteredException.class)
                .isThrownBy(() -> run(call("ask", "q"), failing(failure)))
                .withCause(failure)
                .satisfies((ex) -> assertThat(ex.entryId()).isEqualTo("entry-1"));
    }

    @Test
    void storesWhatTheCallerPassedNotWhatAnAttemptMadeOfIt() throws Throwable {
        List<String> lines = new ArrayList<>(List.of("one"));
        run(call("collect", lines), (call) -> {
            lines.clear();
            throw new IOException();
        });
        assertThat(this.stored.get(0).arguments()).isEqualTo("[[\"one\"]]");
    }

    @Test
    void writesNoArgumentsOfACallThatSucceedsIfTheyCannotChange() throws Throwable {
        Unwritable unwritable = new Unwritable("x");
        assertThat(run(call("immutable", unwritable), (call) -> "done")).isEqualTo("done");
        assertThat(Unwritable.reads).isZero();
    }

    @Test
    void neverStoresARefusal() {
        RejectedException refusal = new RejectedException(ProblemCode.CIRCUIT_OPEN, "open", null);
        assertThat(catchThrowable(() -> run(call("notify", new Order("o", 1)), failing(refusal))))
                .isSameAs(refusal);
        assertThat(this.stored).isEmpty();
    }

    @Test
    void doesNotStoreAgainWhatWasStoredFurtherIn() {
        DeadLetteredException inner = new DeadLetteredException("inner", "entry-7", null);
        assertThat(catchThrowable(() -> run(call("notify", new Order("o", 1)), failing(inner))))
                .isSameAs(inner);
        assertThat(this.stored).isEmpty();
    }

    @Test
    void leavesAVirtualMachineErrorAlone() {
        OutOfMemoryError error = new OutOfMemoryError();
        assertThat(catchThrowable(() -> run(call("notify", new Order("o", 1)), failing(error))))
                .isSameAs(error);
        assertThat(this.stored).isEmpty();
    }

    @Test
    void storesARateLimitedCallThatWouldNotComeAgain() throws Throwable {
        run(call("notify", new Order("o", 1)), failing(rateLimit()));
        assertThat(this.stored).hasSize(1);
    }

    @Test
    void throwsARateLimitInAListenerSoThatItCanPause() {
        IntegrationException failure = rateLimit();
        assertThat(catchThrowable(() -> run(call("listen", "m"), failing(failure))))
                .isSameAs(failure);
        assertThat(this.stored).isEmpty();
    }

    @Test
    void throwsInAListenerWhenTheCalleeAsksForMoreThanTheLongestWait() {
        IntegrationException failure =
                new IntegrationException("down", FailureCategory.TEMPORARY, true, Duration.ofMinutes(1), null);
        assertThat(catchThrowable(() -> run(call("listen", "m"), failing(failure))))
                .isSameAs(failure);
    }

    @Test
    void throwsInAListenerThatIsAskedToStop() {
        IOException failure = new IOException();
        Thread.currentThread().interrupt();
        assertThat(catchThrowable(() -> run(call("listen", "m"), failing(failure))))
                .isSameAs(failure);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void storesWhatAListenerCannotDo() throws Throwable {
        run(call("listen", "m"), failing(new IntegrationException("no", FailureCategory.PERMANENT, false)));
        assertThat(this.stored).hasSize(1);
    }

    @Test
    void storesOnAnInterruptedThreadAndLeavesItInterrupted() throws Throwable {
        Thread.currentThread().interrupt();
        run(call("notify", new Order("o", 1)), failing(new IOException()));
        assertThat(this.stored).hasSize(1);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
    }

    @Test
    void theLongestWaitOfAListenerIsThatOfTheMoment() {
        PolicyGroup group = new PolicyGroup("chat", "policy 'chat'", List.of(PolicyLayer.STANDARD));
        FailureHandlers handlers = new FailureHandlers(new DefaultListableBeanFactory(), List::of);
        GivingUp givingUp = new GiveUpPlans(handlers, new PayloadCodec(JsonMapper.shared()), () -> null)
                .ofCode(
                        SimpleCalls.operation(new Target(), "listen"),
                        group.shared(),
                        new FailureClassification(List.of(), () -> Instant.EPOCH));
        Duration before = givingUp.longestWait().get();
        PolicySettings none = PolicySettings.NONE;
        PolicySettings settings = new PolicySettings(
                null,
                null,
                Duration.ofSeconds(5),
                null,
                null,
                null,
                null,
                null,
                null,
                none.retryBudget(),
                none.circuitBreaker(),
                none.rateLimit(),
                none.bulkhead());
        group.change((changes) -> changes.with(new Change(settings, "alice", Instant.EPOCH, null)));
        assertThat(before).isEqualTo(Duration.ofSeconds(10));
        assertThat(givingUp.longestWait().get()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void throwsWhatTheStoreThrowsWithTheFailureBehindIt() {
        this.broken = new IllegalStateException("database gone");
        IOException failure = new IOException();
        Call call = call("notify", new Order("o", 1));
        assertThat(catchThrowable(() -> run(call, failing(failure))))
                .isSameAs(this.broken)
                .hasSuppressedException(failure);
        assertThat(call.outcome()).isEqualTo(CallOutcome.EXECUTED);
    }

    private static Call call(String method, Object argument) {
        return SimpleCalls.call(SimpleCalls.operation(new Target(), method), argument);
    }

    private Object run(Call call, Stage method) throws Throwable {
        GivenUpArchive archive = new GivenUpArchive(
                call.operation(),
                (given) -> {
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    if (this.broken != null) {
                        throw this.broken;
                    }
                    this.stored.add(given);
                    return "entry-" + this.stored.size();
                },
                new PayloadCodec(JsonMapper.shared()));
        FailureClassification classification = new FailureClassification(List.of(), () -> Instant.EPOCH);
        CallRecovery recovery = new CallRecovery(call.operation(), List.of(), List.of(), null, null);
        return new GiveUpStage(
                        method,
                        new GivingUp(call.operation(), recovery, archive, classification, () -> this.longestWait))
                .run(call);
    }

    private static Stage failing(Throwable failure) {
        return (call) -> {
            throw failure;
        };
    }

    private static IntegrationException rateLimit() {
        return new IntegrationException("slow down", FailureCategory.RATE_LIMIT, true);
    }

    record Order(String id, int count) {}

    record Unwritable(String text) {

        static int reads;

        public String text() {
            reads++;
            return this.text;
        }
    }

    static class Target {

        void notify(Order order) {}

        String ask(String question) {
            return question;
        }

        void collect(List<String> lines) {}

        String immutable(Unwritable argument) {
            return "done";
        }

        @KafkaListener(topics = "t")
        void listen(String message) {}
    }
}
