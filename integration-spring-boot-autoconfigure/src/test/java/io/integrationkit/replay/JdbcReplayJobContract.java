package io.integrationkit.replay;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.DeadLetterStores;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.replay.ReplayJob.Status;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What replay jobs in a database promise besides. */
abstract class JdbcReplayJobContract extends ReplayJobContract {

    abstract JdbcAccess access();

    @BeforeEach
    @Override
    void createJobs() {
        access().jdbc().execute("create table if not exists replay_test_sent (id varchar(36), place bigint)");
        access().jdbc().update("delete from replay_test_sent");
        access().jdbc().update("delete from integration_dead_letter_tally");
        access().jdbc().update("delete from integration_dead_letter");
        access().jdbc().update("delete from integration_replay_job");
        super.createJobs();
    }

    @Override
    DeadLetters newDeadLetters(DeadLetterStores stores) {
        return stores.inDatabase(access(), new PayloadCodec(new JsonMapper()));
    }

    @Override
    ReplayJobStore newStore() {
        return new JdbcReplayJobStore(access(), new PayloadCodec(new JsonMapper()));
    }

    @Override
    void send(String messageId) {
        access().jdbc().update("insert into replay_test_sent values (?, ?)", messageId, this.sent.size());
    }

    @Override
    List<String> sentForGood() {
        return access().jdbc().queryForList("select id from replay_test_sent order by place", String.class);
    }

    @Override
    void expireJob(String id) {
        access().inNewTransaction(() -> access().jdbc()
                .update(
                        "update integration_replay_job set lease_until = lease_until - interval '1' hour where id = ?",
                        id));
    }

    @Override
    void expireEntry(String id) {
        access().jdbc()
                .update(
                        "update integration_dead_letter set lease_until = lease_until - interval '1' hour where id = ?",
                        id);
    }

    @Test
    void aJobIsCommittedAndShownWhateverTheTransactionOfTheCallerSeesOrDoes() {
        give(2);
        TransactionTemplate transaction = new TransactionTemplate(access().transactionManager());
        transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
        StoredReplayJobs jobs = jobs(workers("a"));

        ReplayJob started = transaction.execute((status) -> {
            jobs.last(1);
            ReplayJob job = jobs.startUnlessRunning("p", all(), OPERATOR);
            assertThat(jobs.startUnlessRunning("p", all(), OPERATOR).id()).isEqualTo(job.id());
            status.setRollbackOnly();
            return job;
        });

        workers("b").takeUp();
        assertThat(job(started.id()).status()).isEqualTo(Status.COMPLETED);
    }

    /** The batch is above what one transaction holds, so two write at the same time: each waits for the other's first. */
    @Test
    void aLargeBatchIsReplayedInTwoTransactionsAtTheSameTime() throws Exception {
        int keys = 2 * BatchReplay.OF_A_TRANSACTION;
        give(keys);
        for (int i = 1; i <= 100; i++) {
            give("late-" + i, "k-" + i);
        }
        ExecutorService other = Executors.newSingleThreadExecutor();
        this.beside = other;
        Set<Thread> writers = ConcurrentHashMap.newKeySet();
        CyclicBarrier both = new CyclicBarrier(2);
        this.sending = (message) -> {
            if (writers.add(Thread.currentThread())) {
                await(both);
            }
        };
        try {
            ReplayJob job = run(all().withLadder(List.of()).withRate(null));

            assertThat(job.status()).isEqualTo(Status.COMPLETED);
            assertThat(job.progress().replayed()).isEqualTo(keys + 100);
        } finally {
            other.shutdown();
        }
        assertThat(writers).hasSize(2);
        List<String> sent = sentForGood();
        assertThat(sent).hasSize(keys + 100).doesNotHaveDuplicates();
        for (int i = 1; i <= 100; i++) {
            assertThat(sent.indexOf("late-" + i)).isGreaterThan(sent.indexOf("m-" + i));
        }
        assertThat(open()).isZero();
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException ex) {
            throw new IllegalStateException(ex);
        }
    }

    @Test
    void aHalfThatLosesTheDatabaseLeavesTheJobToWhoeverTakesItUp() {
        int keys = BatchReplay.OF_A_TRANSACTION + 2;
        give(keys);
        this.beside = (half) -> {
            throw new QueryTimeoutException("no connection");
        };
        ReplayJob job = run(all().withLadder(List.of()).withRate(null));
        assertThat(job.status()).isEqualTo(Status.RUNNING);

        this.beside = Runnable::run;
        expireJob(job.id());
        workers("b").takeUp();

        assertThat(job(job.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(sentForGood()).containsExactlyInAnyOrderElementsOf(messages(1, keys));
    }

    @Test
    void aJobIsSeenByAnotherInstance() {
        ReplayJob started = add(all());

        assertThat(newStore().find(started.id())).contains(started);
    }

    @Test
    void anEntryWhoseReplayDiedIsWaitedForAndNotOvertakenByLaterOnesOfItsKey() {
        give("m-1", "other");
        String claimed = give("m-2", "k");
        give("m-3", "k");
        ReplayJob started = add(all());
        access().jdbc()
                .update(
                        "update integration_dead_letter set status = 'REPLAYING', owner = 'dead', epoch = 7, lease_until = %s where id = ?"
                                .formatted(access().database().clockPlusMillis()),
                        REPLAY_LEASE.toMillis(),
                        claimed);
        this.time.schedule(Duration.ofSeconds(100), () -> expireEntry(claimed));

        workers("a").takeUp();

        assertThat(sentForGood()).isEqualTo(messages(1, 3));
        assertThat(job(started.id()).progress().replayed()).isEqualTo(3);
        assertThat(this.time.sleeps().stream().reduce(Duration.ZERO, Duration::plus))
                .isBetween(Duration.ofSeconds(100), Duration.ofSeconds(102));
    }

    @Test
    void whatFailsBehindAnEntryThatIsWaitedForIsNotTriedAgain() {
        String claimed = give("m-1", "k");
        String failing = give("m-2", "other");
        give("m-3", "third");
        ReplayJob started = add(all().withLadder(List.of()).withMaxFailureRatio(1));
        access().jdbc()
                .update(
                        "update integration_dead_letter set status = 'REPLAYING', owner = 'dead', epoch = 7, lease_until = %s where id = ?"
                                .formatted(access().database().clockPlusMillis()),
                        REPLAY_LEASE.toMillis(),
                        claimed);
        this.time.schedule(Duration.ofSeconds(100), () -> expireEntry(claimed));
        this.sending = (message) -> {
            if (message.messageId().equals("m-2")) {
                throw new IllegalStateException("refused");
            }
        };

        workers("a").takeUp();

        ReplayProgress progress = job(started.id()).progress();
        assertThat(sentForGood()).containsExactly("m-3", "m-1");
        assertThat(progress.replayed()).isEqualTo(2);
        assertThat(progress.failed()).isEqualTo(1);
        assertThat(progress.skipped()).isZero();
        assertThat(this.deadLetters.find(failing).orElseThrow().replays()).isEqualTo(1);
    }

    @Test
    void anEntryThatStaysTakenIsSkippedAndHoldsItsKey() {
        String claimed = give("m-1", "k");
        give("m-2", "k");
        give("m-3", "other");
        ReplayJob started = add(all().withLadder(List.of()));
        access().jdbc()
                .update(
                        "update integration_dead_letter set status = 'REPLAYING', owner = 'slow', epoch = 7, lease_until = %s where id = ?"
                                .formatted(access().database().clockPlusMillis()),
                        Duration.ofHours(1).toMillis(),
                        claimed);

        workers("a").takeUp();

        assertThat(sentForGood()).isEqualTo(messages(3, 3));
        assertThat(job(started.id()).progress().skipped()).isEqualTo(2);
        assertThat(job(started.id()).status()).isEqualTo(Status.COMPLETED);
    }

    @Test
    void anEntryInHandOfTheFormerOwnerIsSentOnce() throws Exception {
        give(6);
        ReplayWorkers first = workers("a");
        ReplayJob started = jobs(first).start(all(), OPERATOR);
        List<Thread> others = new CopyOnWriteArrayList<>();
        this.sending = (message) -> {
            if (message.messageId().equals("m-3") && others.isEmpty()) {
                expireJob(started.id());
                Thread other = new Thread(() -> workers("b").takeUp());
                others.add(other);
                other.start();
            }
        };

        first.takeUp();
        others.get(0).join(30_000);

        assertThat(others.get(0).isAlive()).isFalse();
        assertThat(sentForGood()).containsExactlyInAnyOrderElementsOf(messages(1, 6));
        assertThat(job(started.id()).status()).isEqualTo(Status.COMPLETED);
        assertThat(this.ended).hasSize(1);
    }
}
