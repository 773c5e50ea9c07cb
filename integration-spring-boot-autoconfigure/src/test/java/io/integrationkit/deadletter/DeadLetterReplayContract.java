package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Replay;
import io.integrationkit.context.Scope;
import io.integrationkit.deadletter.DeadLetter.Kind;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.ReplayResult.Outcome;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What dead letters promise about replaying and discarding, whatever keeps them. */
abstract class DeadLetterReplayContract extends DeadLetterStoreContract {

    @Test
    void aReplayRunsTheCallOnceWithItsCorrelationIdAndResolvesTheEntry() {
        List<String> seen = new ArrayList<>();
        this.calls = (operation, arguments) -> seen.add(operation
                + arguments
                + Correlation.current()
                + ((Replay.current() != null) ? Replay.current().entryId() : ""));
        String id;
        try (Scope correlation = Correlation.open("corr-9")) {
            id = this.deadLetters.store(call("orders.ship", "o-1"));
        }

        ReplayResult first = this.deadLetters.replay(id);
        ReplayResult second = this.deadLetters.replay(id);

        assertThat(seen).containsExactly("orders.ship[\"o-1\"]corr-9" + id);
        assertThat(first.outcome()).isEqualTo(Outcome.REPLAYED);
        assertThat(second.outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(second.code()).isEqualTo(ProblemCode.DEAD_LETTER_NOT_REPLAYABLE);
        assertThat(second.detail()).contains("RESOLVED");
        assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
        assertThat(entry(id).replays()).isEqualTo(1);
        assertThat(this.deadLetters.replayedTotal()).isEqualTo(1);
        assertThat(Replay.current()).isNull();
        assertThat(Correlation.current()).isNull();
    }

    @Test
    void argumentsOfAnySizeComeBackAsTheyWere() {
        String large = "[\"" + "\u00e4".repeat(2_000_000) + "\"]";
        List<String> arguments = new ArrayList<>();
        this.calls = (operation, json) -> arguments.add(json);
        String id = this.deadLetters.store(new GivenUpCall(
                operation("orders.ship"),
                large,
                "o-1",
                Failure.of(FailureCategory.TEMPORARY),
                new IllegalStateException(),
                1,
                Compensation.NONE));

        this.deadLetters.replay(id);

        assertThat(arguments.get(0).equals(large)).isTrue();
    }

    @Test
    void ofTwoWhoReplayTheSameEntryAtOnceOneDoes() throws Exception {
        AtomicInteger effects = new AtomicInteger();
        CyclicBarrier together = new CyclicBarrier(2);
        CyclicBarrier claimTried = new CyclicBarrier(2);
        this.calls = (operation, arguments) -> {
            effects.incrementAndGet();
            claimTried.await(10, TimeUnit.SECONDS);
            return null;
        };
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        List<Outcome> outcomes = inParallel(2, () -> {
            together.await(10, TimeUnit.SECONDS);
            ReplayResult result = this.deadLetters.replay(id);
            if (result.outcome() == Outcome.SKIPPED) {
                claimTried.await(10, TimeUnit.SECONDS);
            }
            return result.outcome();
        });

        assertThat(effects).hasValue(1);
        assertThat(outcomes).containsExactlyInAnyOrder(Outcome.REPLAYED, Outcome.SKIPPED);
        assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
    }

    @Test
    void anEntryIsTakenOverOnceTheLeaseIsOverAndTheLateEndOfTheFirstIsRefused() {
        String id = this.deadLetters.store(call("orders.ship", "o-1"));
        List<ReplayResult> second = new ArrayList<>();
        this.calls = (operation, arguments) -> {
            assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.SKIPPED);
            expireLease(id);
            this.calls = (again, same) -> {
                throw new IllegalStateException("second");
            };
            second.add(this.deadLetters.replay(id));
            return null;
        };

        ReplayResult first = this.deadLetters.replay(id);

        assertThat(second).extracting(ReplayResult::outcome).containsExactly(Outcome.FAILED);
        assertThat(first.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(first.code()).isEqualTo(ProblemCode.FENCE_LOST);
        assertThat(first.detail()).contains("integration.dead-letters.replay-lease=PT5M");
        assertThat(entry(id).status()).isEqualTo(Status.NEW);
        assertThat(entry(id).message()).isEqualTo("second");
        assertThat(entry(id).replays()).isEqualTo(1);
    }

    @Test
    void whoLostTheLeaseChangesNothingWhileTheOtherIsStillReplaying() {
        String id = this.deadLetters.storeMessage(message("github-events", "m-1"));
        Claim zombie = this.store.claims().claim(id, "a", LEASE);
        expireLease(id);
        Claim holder = this.store.claims().claim(id, "b", LEASE);
        assertThat(zombie).isNotNull();
        assertThat(holder).isNotNull();
        AtomicInteger sentByZombie = new AtomicInteger();

        assertThat(this.store.claims().resolve(zombie, BY, sentByZombie::incrementAndGet))
                .isFalse();
        assertThat(this.store.claims().reopen(zombie, null, "late", BY)).isFalse();
        assertThat(this.deadLetters.discard(id, "never mind")).isFalse();

        assertThat(sentByZombie).hasValue(0);
        assertThat(entry(id).status()).isEqualTo(Status.REPLAYING);
        assertThat(this.store.claims().resolve(holder, BY, () -> {})).isTrue();
        assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
    }

    @Test
    void aReplayThatFailsLeavesTheEntryOpenWithWhatItMet() {
        this.calls = (operation, arguments) -> {
            throw new ArithmeticException("no such item");
        };
        String id = this.deadLetters.store(call("orders.ship", "o-1"));
        this.time.advance(Duration.ofHours(1));

        ReplayResult result = this.deadLetters.replay(id);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.category()).isEqualTo(FailureCategory.VALIDATION);
        assertThat(result.detail()).isEqualTo("java.lang.ArithmeticException: no such item");
        DeadLetter entry = entry(id);
        assertThat(entry.status()).isEqualTo(Status.NEW);
        assertThat(entry.replays()).isEqualTo(1);
        assertThat(entry.attempts()).isEqualTo(4);
        assertThat(entry.category()).isEqualTo(FailureCategory.VALIDATION);
        assertThat(entry.message()).isEqualTo("no such item");
        assertThat(entry.lastFailedAt()).isEqualTo(this.time.now());
        assertThat(entry.note()).isEqualTo(result.detail());
        assertThat(this.deadLetters.replayFailedTotal()).isEqualTo(1);
    }

    @Test
    void aCallThatFailsLaterThanItReturnsHasFailed() {
        this.calls = (operation, arguments) ->
                CompletableFuture.failedFuture(new IntegrationException("refused", FailureCategory.PERMANENT, false));
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        ReplayResult result = this.deadLetters.replay(id);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(result.category()).isEqualTo(FailureCategory.PERMANENT);
    }

    @Test
    void aReplayThatIsGivenUpAgainUpdatesItsEntryAndLeavesItOpen() {
        for (String key : new @Nullable String[] {"o-1", null}) {
            this.calls = (operation, arguments) -> {
                this.deadLetters.store(call(operation(operation), key, new ArithmeticException("still down")));
                return null;
            };
            String id = this.deadLetters.store(call("orders.ship", key));

            ReplayResult result = this.deadLetters.replay(id);

            assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
            assertThat(result.detail()).contains("still down");
            assertThat(entry(id).status()).isEqualTo(Status.NEW);
            assertThat(entry(id).message()).isEqualTo("still down");
            assertThat(entry(id).attempts()).isEqualTo(6);
            assertThat(entry(id).replays()).isEqualTo(1);
        }
        assertThat(this.deadLetters.count(DeadLetterFilter.all())).isEqualTo(2);
        assertThat(this.deadLetters.storedTotal()).isEqualTo(2);
    }

    @Test
    void theExceptionThatTellsOfTheDeadLetterDoesNotHideTheFailureBehindIt() {
        this.calls = (operation, arguments) -> {
            Throwable cause = new ArithmeticException("still down");
            throw new DeadLetteredException(
                    operation, this.deadLetters.store(call(operation(operation), "o-1", cause)), cause);
        };
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        this.deadLetters.replay(id);

        assertThat(entry(id).exceptionType()).isEqualTo(ArithmeticException.class.getName());
    }

    @Test
    void anotherCallThatIsGivenUpDuringAReplayIsAnEntryOfItsOwn() {
        for (String key : new @Nullable String[] {"o-1", null}) {
            this.calls = (operation, arguments) -> this.deadLetters.store(call("billing.charge", key));
            String id = this.deadLetters.store(call("orders.ship", key));

            assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.REPLAYED);
            assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
        }
        assertThat(this.deadLetters.count(DeadLetterFilter.all().withName("billing.charge")))
                .isEqualTo(2);
    }

    @Test
    void anEntryStoredAgainWhileItIsReplayedStaysOpen() throws Exception {
        String id = this.deadLetters.store(call("orders.ship", "o-1"));
        this.calls = (operation, arguments) -> inParallel(1, () -> this.deadLetters.store(call("orders.ship", "o-1")));

        assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.REPLAYED);
        assertThat(entry(id).status()).isEqualTo(Status.NEW);
    }

    @Test
    void anOwnRefusalKeepsTheFailureThatBroughtTheEntryHere() {
        this.calls = (operation, arguments) -> {
            throw new RejectedException(
                    ProblemCode.CIRCUIT_OPEN, "the breaker 'carrier' is open", Duration.ofSeconds(3));
        };
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        ReplayResult result = this.deadLetters.replay(id);

        assertThat(result.refused()).isTrue();
        assertThat(result.code()).isEqualTo(ProblemCode.CIRCUIT_OPEN);
        assertThat(result.detail()).isEqualTo("INT-201: the breaker 'carrier' is open");
        assertThat(entry(id).status()).isEqualTo(Status.NEW);
        assertThat(entry(id).message()).isEqualTo("the carrier is down");
        assertThat(entry(id).attempts()).isEqualTo(3);
    }

    @Test
    void aSelectionIsReplayedOldestFirstAndGoesOnAfterAFailure() {
        List<String> order = new ArrayList<>();
        this.calls = (operation, arguments) -> {
            order.add(operation);
            if (operation.equals("b")) {
                throw new IllegalStateException("still down");
            }
            return null;
        };
        this.deadLetters.store(call("a", "1"));
        String failing = this.deadLetters.store(call("b", "1"));
        this.deadLetters.store(call("c", "1"));
        String resolved = this.deadLetters.store(call("d", "1"));
        this.deadLetters.replay(resolved);
        this.deadLetters.store(call("e", "1"));
        this.deadLetters.store(call("f", "1"));
        order.clear();

        ReplaySummary summary = this.deadLetters.replay(DeadLetterFilter.all(), 4);

        assertThat(order).containsExactly("a", "b", "c", "e");
        assertThat(summary.replayed()).isEqualTo(3);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(summary.skipped()).isZero();
        assertThat(summary.failedIds()).containsExactly(failing);
        assertThat(summary.stopped()).isNull();
        assertThat(this.deadLetters.count(DeadLetterFilter.all().withStatus(Status.NEW)))
                .isEqualTo(2);
    }

    @Test
    void aSelectionOfManyPagesIsReplayedToItsEndEachEntryOnce() {
        AtomicInteger effects = new AtomicInteger();
        this.calls = (operation, arguments) -> {
            if (effects.incrementAndGet() % 3 == 0) {
                throw new IllegalStateException("still down");
            }
            return null;
        };
        for (int i = 0; i < 250; i++) {
            this.deadLetters.store(call("orders.ship", "o-" + i));
        }

        ReplaySummary summary = this.deadLetters.replay(DeadLetterFilter.all().withName("orders.ship"), 1000);

        assertThat(effects).hasValue(250);
        assertThat(summary.replayed()).isEqualTo(167);
        assertThat(summary.failed()).isEqualTo(83);
    }

    @Test
    void aSelectionStopsWhenTheApplicationItselfRefuses() {
        AtomicInteger calls = new AtomicInteger();
        this.calls = (operation, arguments) -> {
            calls.incrementAndGet();
            throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "the breaker 'carrier' is open", null);
        };
        this.deadLetters.store(call("orders.ship", "1"));
        this.deadLetters.store(call("orders.ship", "2"));

        ReplaySummary summary = this.deadLetters.replay(DeadLetterFilter.all(), 10);

        assertThat(calls).hasValue(1);
        assertThat(summary.failed()).isEqualTo(1);
        assertThat(summary.stopped()).contains("the breaker 'carrier' is open");
    }

    @Test
    void aSelectionGoesOnWhenOnlyTheKeyOfOneEntryIsBusy() {
        this.calls = (operation, arguments) -> {
            throw new RejectedException(ProblemCode.KEY_IN_PROGRESS, "key o-1 is in progress", null);
        };
        this.deadLetters.store(call("orders.ship", "1"));
        this.deadLetters.store(call("orders.ship", "2"));

        assertThat(this.deadLetters.replay(DeadLetterFilter.all(), 10).failed()).isEqualTo(2);
    }

    @Test
    void anInterruptEndsASelectionAfterTheEntryItMetIsWritten() {
        this.calls = (operation, arguments) -> {
            throw new InterruptedException();
        };
        String first = this.deadLetters.store(call("orders.ship", "1"));
        this.deadLetters.store(call("orders.ship", "2"));

        ReplaySummary summary = this.deadLetters.replay(DeadLetterFilter.all(), 10);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(summary.stopped()).isEqualTo("interrupted");
        assertThat(summary.failedIds()).containsExactly(first);
        assertThat(entry(first).status()).isEqualTo(Status.NEW);
    }

    @Test
    void aMessageIsSentAgainAsItWas() {
        DeadLetterMessage message = message("github-events", "m-1");
        String id = this.deadLetters.storeMessage(message);

        assertThat(entry(id).kind()).isEqualTo(Kind.MESSAGE);
        assertThat(entry(id).messageId()).isEqualTo("m-1");
        assertThat(entry(id).eventType()).isEqualTo("order.placed");
        assertThat(entry(id).correlationId()).isEqualTo("corr-1");
        assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.REPLAYED);

        assertThat(this.sent).singleElement().satisfies((again) -> {
            assertThat(again.destination()).isEqualTo("github-events");
            assertThat(again.key()).isEqualTo("customer-7");
            assertThat(again.messageId()).isEqualTo("m-1");
            assertThat(again.eventType()).isEqualTo("order.placed");
            assertThat(again.eventVersion()).isEqualTo(2);
            assertThat(again.contentType()).isEqualTo("application/json");
            assertThat(again.headers()).isEqualTo(message.headers());
            assertThat(again.payload()).isEqualTo(message.payload());
        });
        assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
    }

    @Test
    void aMessageThatCannotBeAcceptedStaysOpen() {
        this.sender = (message) -> {
            throw new IllegalStateException("the outbox is full");
        };
        String id = this.deadLetters.storeMessage(message("github-events", "m-1"));

        ReplayResult result = this.deadLetters.replay(id);

        assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(entry(id).status()).isEqualTo(Status.NEW);
        assertThat(entry(id).note()).contains("the outbox is full");
    }

    @Test
    void whereNothingSendsMessagesTheErrorSaysWhatToAdd() {
        this.sender = null;
        String id = this.deadLetters.storeMessage(message("github-events", "m-1"));

        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.replay(id))
                .withMessageContaining("github-events")
                .withMessageContaining(MessageReplayer.class.getName())
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_NOT_REPLAYABLE));
        assertThat(entry(id).status()).isEqualTo(Status.NEW);
        assertThat(this.deadLetters.replay(DeadLetterFilter.all(), 10).failedIds())
                .containsExactly(id);
    }

    @Test
    void anUnknownEntryCannotBeReplayed() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> this.deadLetters.replay("nowhere"))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_NOT_FOUND));
    }

    @Test
    void aDiscardedEntryKeepsTheReasonAndIsNotReplayed() {
        AtomicInteger effects = new AtomicInteger();
        this.calls = (operation, arguments) -> effects.incrementAndGet();
        String id = this.deadLetters.store(call("orders.ship", "o-1"));

        assertThat(this.deadLetters.discard(id, "customer\nleft")).isTrue();
        assertThat(this.deadLetters.discard(id, "again")).isFalse();
        assertThat(this.deadLetters.discard("nowhere", "x")).isFalse();

        assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.SKIPPED);
        assertThat(this.deadLetters.replay(DeadLetterFilter.all(), 10).replayed())
                .isZero();
        assertThat(effects).hasValue(0);
        assertThat(entry(id).status()).isEqualTo(Status.DISCARDED);
        assertThat(entry(id).note()).isEqualTo("customer left");
        assertThat(this.deadLetters.discardedTotal()).isEqualTo(1);
    }

    @Test
    void aResolvedEntryIsNotDiscarded() {
        String id = this.deadLetters.store(call("orders.ship", "o-1"));
        this.deadLetters.replay(id);

        assertThat(this.deadLetters.discard(id, "late")).isFalse();
        assertThat(entry(id).status()).isEqualTo(Status.RESOLVED);
    }
}
