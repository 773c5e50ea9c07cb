package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.tuple;

import io.integrationkit.call.Compensation;
import io.integrationkit.call.GivenUpCall;
import io.integrationkit.deadletter.DeadLetter.Kind;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.DeadLetterChange.Action;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What dead letters promise about many at once: groups, counts, changes of selections, export and age. */
abstract class SelectionContract extends InterventionContract {

    private static final DeadLetterFilter ALL = DeadLetterFilter.all();

    /** Lets entries have been closed for as long, in a store whose clock is not that of the test. */
    abstract void age(Duration time);

    @Test
    void entriesThatFailedInTheSameWayAreOneGroup() {
        Instant first = this.time.now();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            ids.add(this.deadLetters.store(call(operation("orders.ship"), "o-" + i, failure("down " + i))));
            this.time.advance(Duration.ofMinutes(1));
        }
        this.deadLetters.store(call(operation("orders.ship"), "o-0", failure("down again")));
        String other = this.deadLetters.store(call(operation("orders.bill"), "o-1", failure("down")));
        String message = this.deadLetters.storeMessage(message("orders", "m-1"));

        List<DeadLetterGroup> groups = this.deadLetters.groups(ALL, 10);

        assertThat(groups)
                .extracting(DeadLetterGroup::name, DeadLetterGroup::kind, DeadLetterGroup::count)
                .containsExactly(
                        tuple("orders.ship", Kind.CALL, 3L),
                        tuple("orders", Kind.MESSAGE, 1L),
                        tuple("orders.bill", Kind.CALL, 1L));
        DeadLetterGroup largest = groups.get(0);
        assertThat(largest.fingerprint())
                .isEqualTo(entry(other).fingerprint())
                .isEqualTo(entry(ids.get(0)).fingerprint());
        assertThat(largest.category()).isEqualTo(FailureCategory.TEMPORARY);
        assertThat(largest.firstFailedAt()).isEqualTo(first);
        assertThat(largest.lastFailedAt()).isEqualTo(this.time.now());
        assertThat(largest.exampleId()).isEqualTo(ids.get(2));
        assertThat(largest.exceptionType()).isEqualTo(IllegalStateException.class.getName());
        assertThat(largest.message()).isEqualTo("down 2");
        assertThat(this.deadLetters.list(largest.within(ALL), null, 10))
                .extracting(DeadLetter::id)
                .containsExactlyElementsOf(ids);
        assertThat(this.deadLetters.groups(ALL, 1)).containsExactly(largest);
        assertThat(this.deadLetters.groups(ALL.withKind(Kind.MESSAGE), 10))
                .singleElement()
                .satisfies((group) -> assertThat(group.exampleId()).isEqualTo(message));
        assertThat(this.deadLetters.groups(ALL.withName("nowhere"), 10)).isEmpty();
    }

    private static Throwable failure(String message) {
        return new IllegalStateException(message);
    }

    @Test
    void oneQuestionCountsByStatusAndCategory() {
        assertThat(this.deadLetters.counts(ALL)).isEmpty();
        assertThat(this.deadLetters.oldest(ALL)).isEmpty();
        Instant first = this.time.now();
        this.deadLetters.store(call("a", "1"));
        this.time.advance(Duration.ofHours(1));
        this.deadLetters.store(call("a", "2"));
        String message = this.deadLetters.storeMessage(message("orders", "m-1"));
        this.deadLetters.storeMessage(message("orders", "m-2"));
        this.deadLetters.discard(message, "obsolete");

        assertThat(this.deadLetters.counts(ALL))
                .containsExactly(
                        new DeadLetterCount(Status.DISCARDED, FailureCategory.PERMANENT, 1),
                        new DeadLetterCount(Status.NEW, FailureCategory.PERMANENT, 1),
                        new DeadLetterCount(Status.NEW, FailureCategory.TEMPORARY, 2));
        assertThat(this.deadLetters.counts(ALL.withName("a")))
                .containsExactly(new DeadLetterCount(Status.NEW, FailureCategory.TEMPORARY, 2));
        assertThat(this.deadLetters.oldest(ALL)).contains(first);
        assertThat(this.deadLetters.oldest(ALL.withKind(Kind.MESSAGE))).contains(first.plusSeconds(3600));
    }

    @Test
    void aSelectionIsDiscardedAndEachMessageIsTold() {
        List<String> told = new ArrayList<>();
        this.sender = new MessageReplayer() {
            @Override
            public void replay(ReplayedMessage message) {}

            @Override
            public void discarded(String destination, String key, String messageId) {
                told.add(destination + "/" + key + "/" + messageId);
            }
        };
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            ids.add(this.deadLetters.storeMessage(message("orders", "m-" + i)));
        }
        String call = this.deadLetters.store(call("a", "1"));
        this.deadLetters.park(ids.get(3), BY);

        assertThat(this.deadLetters.discard(ALL.withName("orders"), 2, BY)).isEqualTo(2);
        assertThat(told).containsExactly("orders/customer-7/m-0", "orders/customer-7/m-1");
        assertThat(this.deadLetters.discard(ALL.withName("orders"), 100, BY)).isEqualTo(1);
        assertThat(entry(ids.get(3)).status()).isEqualTo(Status.PARKED);
        assertThat(this.deadLetters.discard(ALL.withStatus(Status.PARKED), 100, BY))
                .isEqualTo(1);
        assertThat(this.deadLetters.discard(ALL.withName("orders"), 100, BY)).isZero();

        assertThat(this.store.claims().discardAll(ids, BY, (entry) -> told.add(entry.id())))
                .as("what is closed already")
                .isZero();
        assertThat(told).hasSize(4);
        assertThat(this.deadLetters.discardedTotal()).isEqualTo(4);
        assertThat(entry(ids.get(0)).note()).isEqualTo(BY.reason());
        assertThat(entry(ids.get(0)).closedAt()).isNotNull();
        assertThat(this.deadLetters.history(ids.get(0)))
                .extracting(DeadLetterChange::action, DeadLetterChange::actor, DeadLetterChange::reason)
                .containsExactly(tuple(Action.DISCARDED, BY.actor(), BY.reason()));
        assertThat(entry(call).status()).isEqualTo(Status.NEW);
        assertThatIllegalArgumentException().isThrownBy(() -> this.deadLetters.discard(ALL, 0, BY));
    }

    @Test
    void twoWhoDiscardTheSameSelectionCloseEachOnce() throws Exception {
        int entries = SelectionChange.PAGE + 20;
        for (int i = 0; i < entries; i++) {
            this.deadLetters.storeMessage(message("orders", "m-" + i));
        }
        CyclicBarrier together = new CyclicBarrier(2);

        inParallel(2, () -> {
            together.await(10, TimeUnit.SECONDS);
            return this.deadLetters.discard(ALL, 10_000, BY);
        });

        // Whom the other one had locked is left to him, and he may have been late: but nobody is closed twice.
        assertThat(this.deadLetters.discardedTotal())
                .isEqualTo(this.deadLetters.count(ALL.withStatus(Status.DISCARDED)))
                .isEqualTo(entries);
        this.deadLetters.export(
                ALL, (entry) -> assertThat(this.deadLetters.history(entry.id())).hasSize(1));
    }

    @Test
    void aSelectionIsSetAsideAndTakenUp() {
        String one = this.deadLetters.store(call("a", "1"));
        String other = this.deadLetters.store(call("a", "2"));
        String closed = this.deadLetters.store(call("a", "3"));
        this.deadLetters.store(call("b", "1"));
        this.deadLetters.discard(closed, "obsolete");

        assertThat(this.deadLetters.park(ALL.withName("a"), 100, BY)).isEqualTo(2);
        assertThat(this.deadLetters.park(ALL.withName("a"), 100, BY)).isZero();
        assertThat(this.deadLetters.park(ALL.withStatus(Status.PARKED), 100, BY))
                .isZero();
        assertThat(entry(one).status()).isEqualTo(Status.PARKED);
        assertThat(entry(closed).status()).isEqualTo(Status.DISCARDED);

        assertThat(this.deadLetters.unpark(ALL.withStatus(Status.NEW), 100, BY)).isZero();
        assertThat(this.deadLetters.unpark(ALL, 1, BY)).isEqualTo(1);
        assertThat(entry(one).status()).isEqualTo(Status.NEW);
        assertThat(entry(other).status()).isEqualTo(Status.PARKED);
        assertThat(this.deadLetters.history(one))
                .extracting(DeadLetterChange::action)
                .containsExactly(Action.PARKED, Action.UNPARKED);
    }

    @Test
    void theExportHasEachEntryOnALineAndNothingThatIsMasked() {
        this.deadLetters.storeMessage(message("orders", "m-0", Map.of("Authorization", "Bearer hidden")));
        GivenUpCall secret = new GivenUpCall(
                operation("orders.ship"),
                "[\"4711 hidden\"]",
                "o-1\n{}",
                Failure.of(FailureCategory.TEMPORARY),
                new IllegalStateException(),
                1,
                Compensation.NONE);
        this.deadLetters.store(secret);
        for (int i = 0; i < 2; i++) {
            this.deadLetters.store(call("orders.bill", "o-" + i));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        assertThat(this.deadLetters.export(ALL, out)).isEqualTo(4);

        String text = out.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\n").doesNotContain("hidden");
        List<JsonNode> lines = text.lines().map(new JsonMapper()::readTree).toList();
        assertThat(lines)
                .extracting((line) -> line.get("name").asString())
                .containsExactly("orders", "orders.ship", "orders.bill", "orders.bill");
        assertThat(lines.get(1).get("key").asString()).isEqualTo("o-1\n{}");
        assertThat(Instant.parse(lines.get(1).get("firstFailedAt").asString())).isEqualTo(this.time.now());
        assertThat(lines.get(1).has("messageId")).isFalse();
        assertThat(this.deadLetters.export(ALL.withName("orders.bill"), out)).isEqualTo(2);
    }

    @Test
    void theExportGoesOnBehindEachPageAndEndsWhereItCannotBeWritten() {
        int entries = DeadLetterExport.PAGE + 3;
        for (int i = 0; i < entries; i++) {
            this.deadLetters.store(call("orders.ship", "o-" + i));
        }
        List<Long> positions = new ArrayList<>();

        assertThat(this.deadLetters.export(ALL, (entry) -> positions.add(entry.position())))
                .isEqualTo(entries);

        assertThat(positions).isSorted().doesNotHaveDuplicates().hasSize(entries);
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int value) throws IOException {
                throw new IOException("the pipe is closed");
            }
        };
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> this.deadLetters.export(ALL, closed))
                .withMessageContaining("the pipe is closed");
    }

    @Test
    void whatIsClosedIsDeletedWithItsHistoryWhenItsTimeIsOverAndWhatIsOpenStays() {
        String open = this.deadLetters.store(call("a", "1"));
        String parked = this.deadLetters.store(call("a", "2"));
        String resolved = this.deadLetters.store(call("a", "3"));
        String discarded = this.deadLetters.store(call("a", "4"));
        String again = this.deadLetters.store(call("a", "5"));
        this.deadLetters.park(parked, BY);
        this.deadLetters.replay(resolved);
        this.deadLetters.discard(discarded, "obsolete");
        this.deadLetters.discard(again, "obsolete");
        this.deadLetters.store(call("a", "5"));
        age(Duration.ofDays(29));

        assertThat(this.deadLetters.deleteExpired(100)).isZero();
        age(Duration.ofDays(2));
        assertThat(this.deadLetters.deleteExpired(1)).isEqualTo(1);
        assertThat(this.deadLetters.deleteExpired(100)).isEqualTo(1);
        assertThat(this.deadLetters.deleteExpired(100)).isZero();

        assertThat(this.deadLetters.list(ALL, null, 10))
                .extracting(DeadLetter::id)
                .containsExactly(open, parked, again);
        assertThat(this.deadLetters.history(resolved)).isEmpty();
        assertThat(this.deadLetters.history(discarded)).isEmpty();
        assertThat(this.deadLetters.history(parked)).hasSize(1);
    }

    @Test
    void whatNobodyTookUpIsDiscardedOnlyIfASettingSaysSo() {
        String old = this.deadLetters.store(call("a", "1"));
        String parked = this.deadLetters.store(call("a", "2"));
        this.deadLetters.park(parked, BY);
        this.time.advance(Duration.ofDays(90));
        String young = this.deadLetters.store(call("a", "3"));
        DeadLetters limited =
                deadLetters(new DeadLetterLimits(Duration.ofDays(30), Duration.ofDays(90), DataSize.ofKilobytes(1)));

        assertThat(this.deadLetters.deleteExpired(100)).isZero();
        assertThat(limited.deleteExpired(100)).isZero();
        this.time.advance(Duration.ofMillis(1));
        assertThat(this.deadLetters.deleteExpired(100)).isZero();
        assertThat(limited.deleteExpired(100)).isEqualTo(2);

        assertThat(entry(old).status()).isEqualTo(Status.DISCARDED);
        assertThat(entry(parked).status()).isEqualTo(Status.DISCARDED);
        assertThat(entry(young).status()).isEqualTo(Status.NEW);
        assertThat(this.deadLetters.history(old))
                .singleElement()
                .satisfies((change) -> assertThat(change.reason()).contains("open-retention=PT2160H"));
    }

    @Test
    void manyWhoDeleteAtOnceDeleteEachOnceAndWaitForNobody() throws Exception {
        for (int i = 0; i < 60; i++) {
            this.deadLetters.discard(this.deadLetters.store(call("a", "k-" + i)), "obsolete");
        }
        age(Duration.ofDays(31));
        CyclicBarrier together = new CyclicBarrier(3);

        List<Integer> deleted = inParallel(3, () -> {
            together.await(10, TimeUnit.SECONDS);
            int all = 0;
            for (int i = 0; i < 40; i++) {
                all += this.deadLetters.deleteExpired(7);
            }
            return all;
        });

        assertThat(deleted.stream().mapToInt(Integer::intValue).sum()).isEqualTo(60);
        assertThat(this.deadLetters.count(ALL)).isZero();
    }

    @Test
    void purgeDeletesClosedEntriesOfASelectionOnly() {
        String open = this.deadLetters.store(call("a", "1"));
        String resolved = this.deadLetters.store(call("a", "2"));
        String discarded = this.deadLetters.store(call("a", "3"));
        String other = this.deadLetters.store(call("b", "1"));
        this.deadLetters.replay(resolved);
        this.deadLetters.discard(discarded, "obsolete");
        this.deadLetters.discard(other, "obsolete");

        assertThat(this.deadLetters.purge(ALL.withStatus(Status.NEW), 100, BY)).isZero();
        assertThat(this.deadLetters.purge(ALL.withName("a"), 1, BY)).isEqualTo(1);
        assertThat(this.deadLetters.purge(ALL.withName("a"), 100, BY)).isEqualTo(1);

        assertThat(this.deadLetters.list(ALL, null, 10))
                .extracting(DeadLetter::id)
                .containsExactly(open, other);
        assertThat(this.deadLetters.history(resolved)).isEmpty();
        assertThat(this.store.delete(List.of(open))).isZero();
    }

    @Test
    void whatIsTooLargeIsRefusedWholeAndWhatJustFitsIsKept() {
        DeadLetters limited = deadLetters(new DeadLetterLimits(Duration.ofDays(1), null, DataSize.ofBytes(20)));
        // Five bytes of payload, 15 of headers: "ü" counts as two.
        String id = limited.storeMessage(message("orders", "m-1", Map.of("trace", "0123456ü9")));

        assertThat(limited.find(id)).isPresent();
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> limited.storeMessage(message("orders", "m-2", Map.of("trace", "0123456ü89"))))
                .withMessageContaining("orders")
                .withMessageContaining("it has 21 bytes")
                .withMessageContaining("integration.dead-letters.max-entry-size=20B")
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.DEAD_LETTER_TOO_LARGE));
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> limited.store(new GivenUpCall(
                        operation("orders.ship"),
                        "[\"0123456789012345\u20AC\"]",
                        "o-1",
                        Failure.of(FailureCategory.TEMPORARY),
                        new IllegalStateException(),
                        1,
                        Compensation.NONE)))
                .withMessageContaining("it has 23 bytes");
        assertThat(limited.count(ALL)).isEqualTo(1);
        assertThat(limited.storedTotal()).isEqualTo(1);
    }
}
