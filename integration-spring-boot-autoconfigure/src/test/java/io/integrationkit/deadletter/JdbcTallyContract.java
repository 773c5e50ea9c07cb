package io.integrationkit.deadletter;

import static io.integrationkit.deadletter.GivenUpCallsOfTests.call;
import static io.integrationkit.deadletter.GivenUpCallsOfTests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.testsupport.Race;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the tally of dead letters promises: that it is, at every moment, what the entries are. */
abstract class JdbcTallyContract extends JdbcDeadLetterStoreContract {

    private static final DeadLetterFilter ALL = DeadLetterFilter.all();

    private static final Intervention BY = new Intervention("somebody", "tested");

    private JdbcTally tally(int batch) {
        return new JdbcTally(this.access, batch);
    }

    private long rows() {
        Long rows = this.jdbc.queryForObject("select count(*) from integration_dead_letter_tally", Long.class);
        return (rows != null) ? rows : 0;
    }

    private void store(int entries) {
        for (int i = 0; i < entries; i++) {
            this.deadLetters.store(call("op-" + i % 3, "k-" + i));
        }
    }

    @Test
    void foldingLeavesOneRowOfEachPlaceAndNoneOfThoseThatAreEmpty() {
        store(12);
        this.deadLetters.discard(ALL.withName("op-0"), 100, BY);
        assertThat(rows()).isGreaterThan(12);

        int fewer = tally(100).fold();

        // NEW of op-0 is empty; DISCARDED of it, and NEW of the two others.
        assertThat(rows()).isEqualTo(3);
        assertThat(fewer).isGreaterThan(9);
        assertThat(tally(100).fold()).isZero();
        assertThat(this.deadLetters.count(ALL)).isEqualTo(12);
        assertThat(this.deadLetters.count(ALL.withStatus(Status.DISCARDED))).isEqualTo(4);
        this.deadLetters.purge(ALL, 100, BY);
        tally(100).fold();
        assertThat(rows()).isEqualTo(2);
    }

    @Test
    void manyRowsAreFoldedInBatchesThatAreSmallerThanWhatAPlaceHas() {
        store(20);

        tally(5).fold();

        assertThat(rows()).isEqualTo(3);
        assertThat(this.deadLetters.count(ALL)).isEqualTo(20);
    }

    @Test
    void placesOfOneFingerprintThatFillABatchDoNotKeepFoldingFromItsEnd() {
        String id = this.deadLetters.store(call("a", "1"));
        this.deadLetters.park(this.deadLetters.store(call("a", "2")), BY);
        this.deadLetters.discard(this.deadLetters.store(call("a", "3")), "obsolete");
        this.deadLetters.replay(this.deadLetters.store(call("a", "4")));

        tally(100).fold();
        assertThat(tally(2).fold()).isZero();

        assertThat(rows()).isEqualTo(4);
        assertThat(this.deadLetters.groups(ALL, 10))
                .singleElement()
                .satisfies((group) -> assertThat(group.count()).isEqualTo(4));
        assertThat(this.deadLetters.groups(ALL.withStatus(Status.NEW), 10))
                .singleElement()
                .satisfies((group) -> assertThat(group.exampleId()).isEqualTo(id));
    }

    @Test
    void aRollbackTakesBackWhatWasCounted() {
        store(2);
        this.transaction.executeWithoutResult((status) -> {
            this.deadLetters.storeMessage(message("orders", "m-1"));
            assertThat(this.deadLetters.count(ALL)).isEqualTo(3);
            status.setRollbackOnly();
        });

        assertThat(this.deadLetters.count(ALL)).isEqualTo(2);
    }

    @Test
    void entriesThatWereChangedByHandAreCountedAgain() throws Exception {
        store(6);
        assertThat(tally(100).countAgain()).as("nothing is wrong").isFalse();
        this.jdbc.update("delete from integration_dead_letter where name = 'op-1'");
        assertThat(this.deadLetters.count(ALL)).isEqualTo(6);

        assertThat(tally(100).countAgain()).isTrue();

        assertThat(this.deadLetters.count(ALL)).isEqualTo(4);
        assertThat(tally(100).countAgain()).isFalse();
    }

    @Test
    void whoeverCountsAgainAtTheSameTimeAsOthersAddsNothingToWhatTheyFound() throws Exception {
        store(6);
        for (int round = 0; round < 25; round++) {
            this.jdbc.update("update integration_dead_letter_tally set entries = entries + 1");

            for (Future<Boolean> each : Race.run(3, () -> tally(100).countAgain())) {
                each.get();
            }

            assertThat(this.deadLetters.count(ALL)).as("round %d", round).isEqualTo(6);
        }
    }

    @Test
    void anInstanceCountsAgainTheFirstTimeItLooksForWhatIsExpired() {
        store(3);
        this.jdbc.update("delete from integration_dead_letter_tally");

        this.deadLetters.deleteExpired(10);

        assertThat(this.deadLetters.count(ALL)).isEqualTo(3);
        store(3);
        this.deadLetters.deleteExpired(10);
        assertThat(rows()).isEqualTo(3);
    }

    @Test
    void numbersAreRightWhileManyChangeEntriesAndOthersFoldAndCountAgain() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        AtomicInteger number = new AtomicInteger();

        List<Future<Integer>> all = Race.run(6, () -> {
            int me = number.getAndIncrement();
            Random random = new Random(seed + me);
            int done = 0;
            for (int i = 0; i < 40; i++) {
                if (me == 4) {
                    done += tally(1 + random.nextInt(8)).fold();
                } else if (me == 5) {
                    done += tally(5).countAgain() ? 1 : 0;
                } else {
                    change(random);
                }
            }
            return (me == 5) ? done : 0;
        });

        int wrong = 0;
        for (Future<Integer> each : all) {
            wrong += each.get();
        }
        // Whoever counts again sees entries and tally of one moment, and so never has anything to put right.
        assertThat(wrong).isZero();
        theTallyIsWhatTheEntriesAre();
        tally(7).fold();
    }

    @Test
    void whoStoresAnEntryAgainAndWhoClosesItAreCountedOneAfterTheOther() throws Exception {
        String id = this.deadLetters.store(call("a", "1"));
        AtomicInteger number = new AtomicInteger();

        List<Future<Integer>> all = Race.run(4, () -> {
            int me = number.getAndIncrement();
            for (int i = 0; i < 80; i++) {
                if (me < 2) {
                    this.deadLetters.store(call("a", "1"));
                } else {
                    this.store.claims().discard(id, BY, (entry) -> {});
                }
            }
            return me;
        });

        for (Future<Integer> each : all) {
            each.get();
        }
        assertThat(this.deadLetters.count(ALL.withStatus(Status.NEW)))
                .isEqualTo((entry(id).status() == Status.NEW) ? 1 : 0);
        // One line for each time it was closed, whether it is closed now or was opened again.
        assertThat(this.deadLetters.history(id))
                .allSatisfy((change) -> assertThat(change.actor()).isEqualTo(BY.actor()));
    }

    private void change(Random random) {
        String key = "k-" + random.nextInt(6);
        switch (random.nextInt(7)) {
            case 0, 1 -> this.deadLetters.store(call("op-" + random.nextInt(2), key));
            case 2 -> this.deadLetters.storeMessage(message("orders", key));
            case 3 -> this.deadLetters.park(ALL.withName("op-0"), 3, BY);
            case 4 -> this.deadLetters.unpark(ALL, 2, BY);
            case 5 -> this.deadLetters.discard(ALL.withKey(key), 5, BY);
            default -> this.deadLetters.purge(ALL, 2, BY);
        }
    }

    @Test
    void aTallyThatIsWrongIsSeen() {
        store(2);
        this.jdbc.update("update integration_dead_letter set status = 'PARKED' where name = 'op-0'");

        assertThatExceptionOfType(AssertionError.class).isThrownBy(this::theTallyIsWhatTheEntriesAre);

        assertThat(tally(100).countAgain()).isTrue();
    }
}
