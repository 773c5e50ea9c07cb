package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.Redaction;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends lanes of a shard in transactions, for {@link SendMode#TRANSACTIONAL}. Used by the relay's thread; what blocks runs
 * on other threads, one task a shard at a time, and is settled by the relay's thread.
 *
 * <p><b>The protocol of a shard.</b> Each step begins when the one before has ended; whatever fails, it begins anew at 1.
 *
 * <ol>
 *   <li>A session is opened: the broker ends the transaction a former sender left open, and fences him. Nobody but this
 *       session can commit from now on.
 *   <li>The progress of the shard is read: which rows the last committed transaction held.
 *   <li>Those rows are deleted, if they still hold the same messages.
 *   <li>Rows are read. What was read before is dropped from memory, unsent.
 *   <li>A batch is sent with the ids of its rows in one transaction, which is committed.
 *   <li>Its rows are deleted, and the database has told that no crash undoes it. Then 4 again; rows read meanwhile may wait
 *       in memory, but are not sent before.
 * </ol>
 *
 * <p><b>What a crash leaves behind.</b> So at any time at most one committed transaction has rows that are still there,
 * and it is the last one, which is what the progress tells.
 *
 * <ul>
 *   <li>Before the commit was asked for: rows, and records that no reader of committed messages ever gets. Step 1 of the
 *       next owner, or else the time-out of the transaction, ends it; until then its end hides what is behind it.
 *   <li>While it was asked for: step 1 waits until it is known to the broker; step 2 finds it or does not.
 *   <li>After it, before the DELETE is committed: rows that are sent already. Step 3 deletes them.
 *   <li>After the DELETE: progress that names rows that are gone. Step 3 finds none.
 *   <li>A sender that was paused and goes on after another's step 1 is fenced: its commit fails, its records are never
 *       seen. If it was paused between commit and DELETE, it deletes rows that are sent. Both are harmless.
 *   <li>The lease keeps instances from fencing each other all the time. Nothing here is wrong if two hold it.
 * </ul>
 *
 * <p>A database that is set back gives ids out again: the progress names the message of a row beside its id, and a table
 * that was made anew has another incarnation, whose progress is another one.
 */
final class TransactionalSender {

    private static final Logger logger = LoggerFactory.getLogger(TransactionalSender.class);

    /** Half of what a Kafka producer buffers by default. */
    private static final long MOST_BYTES = 16L * 1024 * 1024;

    private final OutboxSpec spec;

    private final OutboxStore store;

    private final ShardTransactions transactions;

    private final Destinations destinations;

    private final DestinationStates states;

    private final ShardReader reader;

    private final RelayEvents events;

    private final TimeSource time;

    private final RelayCounters counters;

    private final ExecutorService threads;

    private final Map<Integer, ShardSender> shards = new TreeMap<>();

    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();

    TransactionalSender(
            OutboxSpec spec,
            OutboxStore store,
            ShardTransactions transactions,
            Destinations destinations,
            DestinationStates states,
            ShardReader reader,
            RelayEvents events,
            TimeSource time,
            RelayCounters counters,
            ExecutorService threads) {
        this.spec = spec;
        this.store = store;
        this.transactions = transactions;
        this.destinations = destinations;
        this.states = states;
        this.reader = reader;
        this.events = events;
        this.time = time;
        this.counters = counters;
        this.threads = threads;
    }

    boolean takes(String name, MessageDestination destination) {
        return this.spec.destinations().of(name).sendMode() == SendMode.TRANSACTIONAL
                && this.transactions.covers(destination);
    }

    /** Whether nothing is under way. */
    boolean idle() {
        return this.shards.values().stream().noneMatch(ShardSender::busy);
    }

    /** Whether something of a shard is under way. */
    boolean busy(int shard) {
        ShardSender sender = this.shards.get(shard);
        return sender != null && sender.busy();
    }

    ShardSender.@Nullable Refusal takeRefusal(Lane lane) {
        ShardSender shard = this.shards.get(lane.round().shard());
        return (shard != null) ? shard.takeRefusal(lane.head()) : null;
    }

    /**
     * Takes a lane whose head may be sent. It waits until no transaction of its shard is under way; or is dropped, to be
     * read again, if the shard is not taken over yet.
     */
    void add(Lane lane, LaneSender lanes) {
        ShardLease lease = lane.round().lease();
        ShardSender shard = this.shards.computeIfAbsent(lease.shard(), (number) -> new ShardSender());
        if (shard.openFor(lease)) {
            shard.waiting().add(lane);
        } else {
            lanes.drop(lane);
            dropAll(lease.shard(), shard, lanes);
            this.reader.leaveAlone(lease.shard());
            if (!shard.busy()) {
                open(shard, lease, lane.destination());
            }
        }
    }

    private void open(ShardSender shard, ShardLease lease, String destination) {
        ShardTransactions.Session former = shard.takeSession();
        shard.begun();
        this.states.of(destination).begun();
        this.threads.execute(() -> {
            ShardTransactions.Session opened = null;
            Throwable failure = null;
            try {
                if (former != null) {
                    former.close();
                }
                opened = this.transactions.open(lease.shard());
                deleteSent(lease.shard(), opened.progress());
            } catch (Throwable ex) {
                failure = ex;
            }
            ShardTransactions.Session session = opened;
            Throwable cause = failure;
            end((all) -> opened(shard, lease, destination, session, cause));
        });
    }

    private void deleteSent(int shard, BatchProgress progress) {
        List<Long> ids = List.copyOf(progress.messages().keySet());
        if (!ids.isEmpty()) {
            List<StoredMessage.Row> sent = progress.sentOf(shard, this.store.messageIds(shard, ids));
            if (!sent.isEmpty()) {
                this.store.deleteForGood(sent);
                logger.info("Shard {} was taken over; {} messages were sent already", shard, sent.size());
            }
        }
    }

    private void opened(
            ShardSender shard,
            ShardLease lease,
            String destination,
            ShardTransactions.@Nullable Session session,
            @Nullable Throwable failure) {
        shard.ended();
        this.reader.readAgain(lease.shard());
        DestinationState state = this.states.of(destination);
        if (session != null && failure == null) {
            state.ended();
            shard.opened(session, lease);
            return;
        }
        if (session != null) {
            state.ended();
            close(lease.shard(), shard, session);
            troubled(lease.shard(), failure);
        } else {
            this.counters.failed(destination);
            state.failed(
                    this.time.nanoTime(),
                    Failure.outcomeUnknown(),
                    (failure != null) ? failure : new IllegalStateException("No session was opened"));
        }
    }

    /** Begins the transactions that can begin. */
    void begin(LaneSender lanes) {
        this.shards.forEach((number, shard) -> {
            ShardLease lease = shard.lease();
            if (shard.busy() || lease == null) {
                return;
            }
            if (!lanes.mayStillSend(lease, this.time.nanoTime())) {
                dropAll(number, shard, lanes);
                return;
            }
            shard.waiting().removeIf((lane) -> lanes.dropUnsendable(lane));
            ShardSender.Batch batch = shard.next(this.spec.batchSize(), MOST_BYTES);
            if (!batch.messages().isEmpty()) {
                begin(shard, batch);
            }
        });
    }

    private void begin(ShardSender shard, ShardSender.Batch batch) {
        ShardTransactions.Session session = shard.session();
        shard.begun();
        batch.destinations().forEach((name) -> this.states.of(name).begun());
        long begun = this.time.nanoTime();
        this.threads.execute(() -> {
            Throwable failure = null;
            try {
                session.commit(batch.messages());
                this.store.deleteForGood(batch.rows());
            } catch (Throwable ex) {
                failure = ex;
            }
            Throwable cause = failure;
            end((all) -> {
                if (cause == null) {
                    sent(shard, batch, begun, all);
                } else {
                    failed(shard, batch, begun, cause, all);
                }
            });
        });
    }

    private void sent(ShardSender shard, ShardSender.Batch batch, long begun, LaneSender lanes) {
        shard.ended();
        this.reader.readAgain(batch.shard());
        batch.destinations().forEach((name) -> this.states.of(name).answered(begun));
        batch.parts().forEach((part) -> lanes.delivered(part.lane(), part.count()));
    }

    private void failed(ShardSender shard, ShardSender.Batch batch, long begun, Throwable failure, LaneSender lanes) {
        shard.ended();
        this.reader.readAgain(batch.shard());
        ShardTransactions.Session session = shard.takeSession();
        if (session != null) {
            close(batch.shard(), shard, session);
        }
        batch.parts().forEach((part) -> lanes.drop(part.lane()));
        dropAll(batch.shard(), shard, lanes);
        if (failure instanceof BatchFailedException notCommitted) {
            notCommitted(shard, batch, begun, notCommitted);
        } else {
            batch.destinations().forEach((name) -> this.states.of(name).answered(begun));
            troubled(batch.shard(), failure);
        }
    }

    private void notCommitted(ShardSender shard, ShardSender.Batch batch, long begun, BatchFailedException failure) {
        StoredMessage culprit = failure.culprit();
        switch (failure.kind()) {
            case REFUSED -> {
                batch.destinations().forEach((name) -> this.states.of(name).answered(begun));
                if (culprit != null) {
                    shard.refused(culprit, failure.failure(), failure.reason());
                }
            }
            case FENCED -> {
                batch.destinations().forEach((name) -> this.states.of(name).ended());
                troubled(batch.shard(), failure.reason());
            }
            case UNREACHABLE -> {
                batch.messages()
                        .forEach((message) ->
                                this.counters.failed(message.record().destination()));
                long now = this.time.nanoTime();
                for (String name : batch.destinations()) {
                    if (culprit == null || culprit.record().destination().equals(name)) {
                        this.states.of(name).failed(now, failure.failure(), failure.reason());
                    } else {
                        this.states.of(name).ended();
                    }
                }
            }
        }
    }

    private void troubled(int shard, @Nullable Throwable failure) {
        logger.warn(
                "Shard {} is taken over anew, since a step of its transaction failed ({})",
                shard,
                Redaction.STANDARD.of(String.valueOf(failure)));
        logger.debug("What failed in shard {}", shard, (failure != null) ? Redaction.STANDARD.of(failure) : null);
        this.reader.trouble(shard);
    }

    /** What was read before the shard is taken over must not be sent after it. */
    private void dropAll(int number, ShardSender shard, LaneSender lanes) {
        shard.waiting().forEach(lanes::drop);
        shard.waiting().clear();
        lanes.dropReady((lane) -> lane.round().shard() == number && takes(lane));
    }

    private boolean takes(Lane lane) {
        MessageDestination destination = this.destinations.find(lane.destination());
        return destination != null && takes(lane.destination(), destination);
    }

    /** Settles what ended. */
    void settle(LaneSender lanes) {
        for (Ended next = this.ended.poll(); next != null; next = this.ended.poll()) {
            next.settle(lanes);
        }
    }

    /** Closes the sessions of shards whose lease is gone. */
    void closeLost(Map<Integer, ShardLease> held, LaneSender lanes) {
        this.shards.forEach((number, shard) -> {
            ShardLease lease = held.get(number);
            if (!shard.busy() && (lease == null || !shard.openFor(lease))) {
                ShardTransactions.Session session = shard.takeSession();
                if (session != null) {
                    dropAll(number, shard, lanes);
                    shard.forgetRefusals();
                    close(number, shard, session);
                }
            }
        });
    }

    private void close(int number, ShardSender shard, ShardTransactions.Session session) {
        shard.begun();
        this.threads.execute(() -> {
            try {
                session.close();
            } catch (RuntimeException ex) {
                logger.debug("A producer could not be closed", ex);
            }
            end((lanes) -> {
                shard.ended();
                this.reader.readAgain(number);
            });
        });
    }

    /** Forgets what is not on its way. */
    void dropWaiting(LaneSender lanes) {
        this.shards.forEach((number, shard) -> dropAll(number, shard, lanes));
    }

    /** Closes all sessions that are not in use, and ends the threads when those in use have ended. */
    void close() {
        for (ShardSender shard : this.shards.values()) {
            ShardTransactions.Session session = shard.busy() ? null : shard.takeSession();
            if (session != null) {
                session.close();
            }
        }
        this.threads.shutdown();
    }

    private void end(Ended task) {
        this.ended.add(task);
        this.events.nudge();
    }

    /** What the relay's thread does about a task that ended. */
    private interface Ended {

        void settle(LaneSender lanes);
    }
}
