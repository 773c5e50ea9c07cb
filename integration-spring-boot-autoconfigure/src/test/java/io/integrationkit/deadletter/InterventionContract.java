package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.deadletter.ReplayResult.Outcome;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What dead letters promise to operators: who did what, setting aside, and many at once; whatever keeps the entries. */
abstract class InterventionContract extends DeadLetterReplayContract {

    @Test
    void theHistoryTellsWhoDidWhatAndWhy() {
        this.calls = (operation, arguments) -> {
            throw new ArithmeticException("no such item");
        };
        String id = this.deadLetters.store(call("orders.ship", "o-1"));
        assertThat(this.deadLetters.history(id)).isEmpty();

        this.deadLetters.replay(id, new Intervention("bo\r\nFORGED", "try"));
        this.deadLetters.park(id, new Intervention("anna", "ask the customer"));
        this.deadLetters.unpark(id, new Intervention("anna", "she answered"));
        this.calls = (operation, arguments) -> null;
        this.deadLetters.replay(id, BY);
        String other = this.deadLetters.store(call("orders.ship", "o-2"));
        this.deadLetters.discard(other, new Intervention("anna", "cancelled"));

        assertThat(this.deadLetters.history(id))
                .extracting(DeadLetterChange::action, DeadLetterChange::actor, DeadLetterChange::reason)
                .containsExactly(
                        tuple(Action.REPLAY_FAILED, "bo  FORGED", "java.lang.ArithmeticException: no such item"),
                        tuple(Action.PARKED, "anna", "ask the customer"),
                        tuple(Action.UNPARKED, "anna", "she answered"),
                        tuple(Action.REPLAYED, "anna", "the carrier is back"));
        assertThat(this.deadLetters.history(other))
                .extracting(DeadLetterChange::action, DeadLetterChange::reason)
                .containsExactly(tuple(Action.DISCARDED, "cancelled"));
        assertThat(entry(id).closedAt()).isNotNull();
        assertThat(entry(other).closedAt()).isNotNull();
        assertThat(this.deadLetters.history("nowhere")).isEmpty();
    }

    @Test
    void aChangeWithoutActorOrReasonIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Intervention(" ", "why"))
                .withMessageContaining("'actor'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Intervention("anna", "\n"))
                .withMessageContaining("'reason'");
        assertThat(new Intervention("a".repeat(900), "why").actor()).hasSize(Intervention.MAX_ACTOR);
    }

    @Test
    void whatIsParkedIsLeftOutOfSelectionsUntilItIsTakenUpOrAskedFor() {
        List<String> replayed = new ArrayList<>();
        this.calls = (operation, arguments) -> replayed.add(operation);
        String parked = this.deadLetters.store(call("a", "1"));
        this.deadLetters.store(call("b", "1"));
        assertThat(this.deadLetters.park(parked, BY)).isTrue();
        assertThat(this.deadLetters.park(parked, BY)).isFalse();
        this.deadLetters.store(call("a", "1"));
        assertThat(entry(parked).status()).isEqualTo(Status.PARKED);

        this.deadLetters.replay(DeadLetterFilter.all(), 10, BY);
        assertThat(replayed).containsExactly("b");

        this.deadLetters.replay(DeadLetterFilter.all().withStatus(Status.PARKED), 10, BY);
        assertThat(replayed).containsExactly("b", "a");
        assertThat(entry(parked).status()).isEqualTo(Status.RESOLVED);
        assertThat(this.deadLetters.unpark(parked, BY)).isFalse();
        assertThat(this.deadLetters.park(parked, BY)).isFalse();
        assertThat(this.deadLetters.park("nowhere", BY)).isFalse();
    }

    @Test
    void anEventThatWaitsForANewerApplicationIsParked() {
        DeadLetterMessage newer = message("orders", "m-1");
        String id = this.deadLetters.storeMessage(new DeadLetterMessage(
                "orders",
                "k",
                "m-1",
                "order.placed",
                3,
                null,
                newer.headers(),
                newer.payload(),
                Failure.of(FailureCategory.PERMANENT),
                new IllegalStateException(new ProblemException(
                        ProblemCode.EVENT_VERSION_PARKED, FailureCategory.PERMANENT, "version 3 is newer")),
                1));

        assertThat(entry(id).status()).isEqualTo(Status.PARKED);
        assertThat(entry(id).eventVersion()).isEqualTo(3);
        assertThat(this.deadLetters.replay(id).outcome()).isEqualTo(Outcome.REPLAYED);
    }

    @Test
    void anEntryTellsItsTenantItsPlaceAndWhatBecameOfItsCompensation() {
        this.tenant = "acme";
        GivenUpCall plain = call("orders.ship", "o-1");
        String id = this.deadLetters.store(new GivenUpCall(
                plain.operation(),
                plain.arguments(),
                plain.key(),
                plain.failure(),
                plain.cause(),
                plain.attempts(),
                Compensation.FAILED));
        this.tenant = null;
        String other = this.deadLetters.store(call("orders.ship", "o-2"));

        assertThat(entry(id).tenant()).isEqualTo("acme");
        assertThat(entry(id).compensation()).isEqualTo(Compensation.FAILED);
        assertThat(entry(other).tenant()).isNull();
        assertThat(entry(other).compensation()).isEqualTo(Compensation.NONE);
        assertThat(entry(other).position()).isGreaterThan(entry(id).position()).isPositive();
        assertThat(this.deadLetters.count(DeadLetterFilter.all().withTenant("acme")))
                .isEqualTo(1);
    }

    @Test
    void aFilterFindsPartsOfExceptionsLiterallyAndEventsByTheirType() {
        this.deadLetters.store(call("orders.ship", "o-1"));
        this.deadLetters.storeMessage(message("github-events", "m-1"));
        DeadLetterFilter all = DeadLetterFilter.all();

        assertThat(this.deadLetters.count(all.withText("CARRIER is"))).isEqualTo(1);
        assertThat(this.deadLetters.count(all.withText("ILLEGAL"))).isEqualTo(2);
        assertThat(this.deadLetters.count(all.withText("c%r"))).isZero();
        assertThat(this.deadLetters.count(all.withText("_"))).isZero();
        assertThat(this.deadLetters.count(all.withText("!"))).isZero();
        assertThat(this.deadLetters.count(all.withEventType("order.placed"))).isEqualTo(1);
    }

    @Test
    void manyAreReplayedAndEachResultIsTold() {
        this.calls = (operation, arguments) -> {
            if (operation.equals("bad")) {
                throw new ArithmeticException("no such item");
            }
            return null;
        };
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(this.deadLetters.storeMessage(message("github-events", "m-" + i)));
        }
        ids.add(2, this.deadLetters.store(call("bad", "1")));
        ids.add(this.deadLetters.store(call("good", "1")));
        ids.add("nowhere");
        this.deadLetters.discard(ids.get(0), "obsolete");

        List<ReplayResult> results = this.deadLetters.replayAll(ids, BY);

        assertThat(results).extracting(ReplayResult::id).containsExactlyElementsOf(ids);
        assertThat(results)
                .extracting(ReplayResult::outcome)
                .containsExactly(
                        Outcome.SKIPPED,
                        Outcome.REPLAYED,
                        Outcome.FAILED,
                        Outcome.REPLAYED,
                        Outcome.REPLAYED,
                        Outcome.REPLAYED,
                        Outcome.REPLAYED,
                        Outcome.FAILED);
        assertThat(this.sent).extracting(ReplayedMessage::messageId).containsExactly("m-1", "m-2", "m-3", "m-4");
        assertThat(this.deadLetters.replayedTotal()).isEqualTo(5);
        assertThat(this.deadLetters.history(ids.get(1)))
                .extracting(DeadLetterChange::action, DeadLetterChange::actor)
                .containsExactly(tuple(Action.REPLAYED, "anna"));
        assertThat(this.deadLetters.replayAll(List.of(), BY)).isEmpty();
    }

    @Test
    void oneMessageThatIsRefusedDoesNotKeepTheOthers() {
        List<String> accepted = new ArrayList<>();
        this.sender = (message) -> {
            if (message.messageId().equals("m-2")) {
                throw new IllegalStateException("unknown destination");
            }
            accepted.add(message.messageId());
        };
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(this.deadLetters.storeMessage(message("github-events", "m-" + i)));
        }

        List<ReplayResult> results = this.deadLetters.replayAll(ids, BY);

        assertThat(results)
                .extracting(ReplayResult::outcome)
                .containsExactly(Outcome.REPLAYED, Outcome.REPLAYED, Outcome.FAILED, Outcome.REPLAYED);
        assertThat(accepted).contains("m-0", "m-1", "m-3").doesNotContain("m-2");
        assertThat(entry(ids.get(2)).status()).isEqualTo(Status.NEW);
    }

    @Test
    void manyAreNotTriedAnyMoreOnceTheApplicationItselfRefuses() {
        List<String> tried = new ArrayList<>();
        this.calls = (operation, arguments) -> {
            tried.add(operation);
            throw new RejectedException(ProblemCode.CIRCUIT_OPEN, "the breaker 'carrier' is open", null);
        };
        List<String> ids = List.of(this.deadLetters.store(call("a", "1")), this.deadLetters.store(call("b", "1")));

        List<ReplayResult> results = this.deadLetters.replayAll(ids, BY);

        assertThat(tried).containsExactly("a");
        assertThat(results)
                .singleElement()
                .satisfies((refused) -> assertThat(refused.refused()).isTrue());
    }

    @Test
    void manyWhoReplayTheSameMessagesSendEachOnce() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            ids.add(this.deadLetters.storeMessage(message("github-events", "m-" + i)));
        }
        CyclicBarrier together = new CyclicBarrier(4);

        inParallel(4, () -> {
            together.await(10, TimeUnit.SECONDS);
            return this.deadLetters.replayAll(ids, BY);
        });

        assertThat(this.sent).extracting(ReplayedMessage::messageId).doesNotHaveDuplicates();
        for (String id : ids) {
            assertThat(entry(id).replays()).isEqualTo(1);
        }
        assertThat(this.sent).hasSize(60);
    }
}
