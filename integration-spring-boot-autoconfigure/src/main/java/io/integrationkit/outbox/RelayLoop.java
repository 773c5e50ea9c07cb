package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.outbox.RelayEvents.SendEnded;
import org.jspecify.annotations.Nullable;

/**
 * Sends what the table owes. One thread calls {@link #step} again and again; it alone reads, sends and deletes.
 *
 * <p><b>The state is the row.</b> A row that is there is owed; an acknowledged row is deleted; nothing else is
 * remembered. There is no cursor: a read begins behind a mark, but only where no transaction can commit a lower id any
 * more, and at the lowest id again and again; so a transaction that drew a low id and committed late is found, and
 * before later ones of its key.
 *
 * <p><b>One sender a shard.</b> A shard is read and sent only under a lease (owner, epoch, end, all by the database's
 * clock). A send may begin only until {@code renewal asked + lease - delivery time-out - margin} on this machine's
 * monotonic clock, so each send has ended, one way or the other, before anybody else can hold the lease; only an
 * instance that loses its session in the database may see its shards go earlier ({@link JdbcShardLeases}). No transaction
 * and no lock is held while a send is under way.
 *
 * <p><b>One row a key.</b> Of the rows of a destination and key at most one is on its way; the next is sent when it was
 * acknowledged. A producer that pipelines would deliver the second and third of a key although the first was refused or
 * timed out, and no id could put that right afterwards. A shard is read again only when all rows of it that are in memory
 * are settled, or behind the last of them, so no row is ever on its way twice; and not behind them once one of them was
 * dropped from memory, so none overtakes it.
 *
 * <p>Where messages are sent in transactions, the rules of {@link TransactionalSender} stand for those of this paragraph
 * and the next.
 *
 * <p><b>What a crash leaves behind.</b>
 *
 * <ul>
 *   <li>Before the INSERT commits: no change, no message.
 *   <li>After it, before the send: the row; whoever holds the lease next sends it.
 *   <li>During the send: the row, and perhaps the message. It is sent again, before any later row of its key, so
 *       consumers see 1, 1, 2 but never 1, 2, 1. They recognise the repetition by its message id.
 *   <li>After the acknowledgement, before the DELETE commits: the same as during the send. As up to a batch of rows is
 *       deleted at once, up to a batch is repeated (see
 *       {@link Acknowledged}): a key whose rows 1 and 2 were both acknowledged is then seen as 1,
 *       2, 1, 2, each id still first in order.
 *   <li>Between dead letter and DELETE: nothing, they are one transaction, which also checks owner and epoch of the
 *       lease and holds its row until the commit.
 *   <li>After a graceful stop: no row is on its way, the acknowledged ones are deleted, the leases are free.
 * </ul>
 *
 * <p><b>Failures.</b> What becomes of a key whose head is refused is a setting of its destination ({@link HeadPolicy}):
 * the head is a dead letter and the key goes on, or follows it (parked), or the key stays where it is (blocked). Which
 * keys are held is read with the rows, from a table that any instance and operator may change. A destination that cannot be reached
 * is left alone for a growing time: its rows are dropped from memory, left out of reads, and no attempt is counted.
 */
final class RelayLoop {

    private final OutboxStore store;

    private final ShardLeases leases;

    private final TimeSource time;

    private final RelayEvents events;

    private final Pauses pauses;

    private final ShardReader reader;

    private final LaneSender sender;

    private final Acknowledged acknowledged;

    private final RefusedHeads heads;

    /**
     * Creates the loop.
     *
     * @param transactions for destinations that are sent to in transactions, or {@code null} if there is none
     */
    RelayLoop(
            OutboxSpec spec,
            OutboxStore store,
            ShardLeases leases,
            Destinations destinations,
            Pauses pauses,
            TimeSource time,
            RelayEvents events,
            RelayCounters counters,
            @Nullable ShardTransactions transactions) {
        this.store = store;
        this.leases = leases;
        this.time = time;
        this.events = events;
        this.pauses = pauses;
        this.acknowledged = new Acknowledged(spec);
        this.reader = new ShardReader(spec, store, leases, time);
        this.heads = new RefusedHeads(spec, store, counters, this::deleteAcknowledged);
        DestinationStates states = new DestinationStates(destinations, counters);
        this.sender = new LaneSender(
                leases,
                destinations,
                states,
                time,
                events,
                counters,
                this.reader,
                pauses,
                this.acknowledged,
                this.heads,
                spec.destinations(),
                (transactions != null)
                        ? new TransactionalSender(
                                spec,
                                store,
                                transactions,
                                destinations,
                                states,
                                this.reader,
                                events,
                                time,
                                counters,
                                TransactionThreads.executor())
                        : null);
    }

    /**
     * Settles what ended, deletes what was acknowledged, reads what there is room for and sends it. Never waits.
     *
     * @param ended a send that ended, or {@code null}
     * @return nanoseconds until the next step is due if nothing happens before
     * @throws RuntimeException if the database fails; nothing is forgotten, the next step goes on
     */
    long step(@Nullable SendEnded ended) {
        this.sender.settle(ended);
        sendAndDelete();
        if (this.events.takeWake()) {
            this.reader.readNow();
        }
        this.pauses.refreshIfDue(this.time.nanoTime());
        if (this.pauses.everything()) {
            this.reader.pause();
        } else {
            this.sender.add(this.reader.read(this.sender.unreachable()));
            if (this.reader.caughtUp()) {
                this.acknowledged.caughtUp();
            }
            sendAndDelete();
        }
        this.sender.closeLost();
        giveBackYielding();
        return untilNextStep();
    }

    private void sendAndDelete() {
        this.sender.send();
        while (!this.acknowledged.isEmpty() && (this.sender.idle() || this.acknowledged.due(this.time.nanoTime()))) {
            deleteAcknowledged();
            this.sender.send();
        }
    }

    /** How many sends may end before the next step if they do so within a moment: many while there is a backlog. */
    int endsWorthAStep() {
        return this.reader.caughtUp() ? 1 : this.sender.endsWorthASend();
    }

    /**
     * Ends what is under way without beginning anything new.
     *
     * @param ended a send that ended, or {@code null}
     * @return whether nothing is under way any more and all that was acknowledged is deleted
     */
    boolean drain(@Nullable SendEnded ended) {
        this.sender.settle(ended);
        this.sender.dropReady();
        deleteAcknowledged();
        return this.sender.idle();
    }

    /** Ends the loop for good, drained or not. */
    void close() {
        this.sender.close();
    }

    private void deleteAcknowledged() {
        if (!this.acknowledged.isEmpty()) {
            this.store.delete(this.acknowledged.rows());
            this.acknowledged.drain().forEach((round) -> this.reader.done(round, 1));
            this.heads.acknowledgedDeleted();
        }
    }

    /** A round is open until all of it is settled and deleted, so the next owner of a shard repeats nothing. */
    private void giveBackYielding() {
        for (int shard : this.leases.yielding()) {
            if (!this.reader.open(shard) && !this.sender.busy(shard)) {
                this.leases.yielded(shard);
            }
        }
    }

    private long untilNextStep() {
        long now = this.time.nanoTime();
        this.sender.pausedUntil(now).ifPresent(this.reader::readAt);
        long longest = this.sender.unsent() ? RelayEvents.GATHERING : Long.MAX_VALUE;
        return Math.max(
                0, Math.min(longest, Math.min(this.reader.untilNextRead(now), this.acknowledged.untilDue(now))));
    }
}
