package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.outbox.LeaseTable.Claim;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Leases in the table {@code integration_outbox_lease}, measured by the database's clock only; the monotonic clock of
 * this machine says until when a send may begin, counted from before the renewal was asked for. The wall clock of this
 * machine is never read.
 *
 * <p><b>Fair share.</b> Each renewal writes this instance into {@code integration_outbox_instance}; those seen there
 * within a lease are alive. An instance claims free shards while it has fewer than shards / instances, rounded up, and
 * yields what it has beyond that. The shares of all together are never less than the shards, so none stays free; an
 * instance never claims beyond its share and yields no more than the surplus, so a shard moves at most once when an
 * instance comes or goes.
 *
 * <p><b>Yielding.</b> A shard that is to go is first taken out of {@link #held()}, so nothing more of it is read and no
 * send begins. The relay's thread says {@link #yielded} when what was under way is settled and what was acknowledged is
 * deleted. Only then is the lease ended in the database; until then it is renewed like any other. The next owner repeats
 * nothing. A shard that began to yield is not kept after all if an instance goes meanwhile: it is claimed again.
 *
 * <p><b>Session.</b> The connection of the renewals holds a lock under a random key, which is in the row of the instance,
 * so that all see when the session ends. An instance whose lock nobody holds, at two looks at least a grace time apart,
 * is dead: its leases are ended and anybody claims them, with the next epoch. This instance asks each quarter of a grace
 * time for a proof that its own session lasts, and begins no send later than half a grace time after it last asked for
 * one that it got. The proof and the loss are at one moment each, the first before the second, so the last send has begun
 * before anybody else claims. An instance that loses its session drops what it holds at once. It begins a new session:
 * first it notes the new key, then it claims what is still under its name with the next epoch. Who ends the leases of a
 * lost session ends those whose epoch he read while the old key was noted; so never is a lease ended that was claimed
 * under the new session.
 *
 * <p><b>What a crash or a pause leaves behind.</b>
 *
 * <ul>
 *   <li>The process dies, at whatever point: the session ends when the database hears of it, at once if only the process
 *       died; others have its shards after a grace time and two looks. Where there is no lock to be seen (H2, a proxy that
 *       shares connections) or the machine or its network died: after the lease.
 *   <li>Death before the first claim: others may have yielded shards to it already; they are free as soon as it is not
 *       counted any more, by the same times.
 *   <li>Death while a shard is yielding: the shard has an owner until then, as above. After the lease is ended: it is free.
 *   <li>Death of who ends another's leases, half way: some are free, the rest is ended by the next who looks.
 *   <li>A pause (collection of garbage, SIGSTOP): the session lasts, so others wait for the end of the lease. After it,
 *       proof and lease are too old for a send to begin; the next renewal finds what is left.
 *   <li>A pause between two statements, for ever perhaps: no row of a lease is locked then by this thread, whose statements
 *       each are a transaction of their own. Others pass over rows that are locked, so one that stayed locked would keep
 *       its shard from them for as long as the process stands. Where it goes on after an update, the query after it, or the
 *       next renewal, finds what others have claimed meanwhile.
 *   <li>A pause in a transaction of the relay, which holds the row of the lease (a dead letter and its DELETE) or rows of
 *       messages or keys: the database ends the session when it has waited for a lease ({@link RelayTransactions}), so when
 *       the lease has ended, or moments later. The transaction is taken back, and goes on with nothing. Where the database
 *       has no such limit (H2), the rows stay locked until the process goes on or dies.
 *   <li>A pause in a transaction of the application: ends when the application's limits say. Its messages are not seen;
 *       others are sent.
 *   <li>A connection that breaks while the process goes on: no send begins until there is a new session. Sends that were
 *       under way may end after others have claimed the shard, which the rule of the lease alone excludes.
 * </ul>
 *
 * <p><b>What can then be repeated.</b> Row n + 1 of a key is sent, by whomever, only after row n was acknowledged to the
 * same sender. So whatever two owners do at once, row n has appeared before row n + 1 appears first: first appearances
 * per key stay in order. A send of the old owner that is still under way at the take-over can appear once more at any
 * time of its delivery time-out, even after later rows of its key: 1, 2, 1. It is one row a key, with the same message
 * id. Dead letters are not concerned, they are moved under the epoch of the lease.
 */
final class JdbcShardLeases implements ShardLeases {

    private static final Logger logger = LoggerFactory.getLogger(JdbcShardLeases.class);

    private static final String META_SHARDS = "shards";

    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(50);

    private static final Duration WATCH_WITHOUT_SESSION = Duration.ofMillis(250);

    /** So many leases after it was last seen an instance is forgotten. */
    private static final int FORGOTTEN_AFTER = 10;

    private final JdbcAccess access;

    private final OutboxSpec spec;

    private final TimeSource time;

    private final String owner;

    private final LeaseConnection connection;

    private final LeaseTable table;

    private final LeaseSession session;

    private final LeasePeers peers;

    /** What is leased, yielding or not, with the last time of a send by the rule of the lease. */
    private final Map<Integer, ShardLease> leases = new TreeMap<>();

    private final YieldedShards yielded = new YieldedShards();

    private volatile Map<Integer, ShardLease> held = Collections.emptyMap();

    private boolean lost;

    private @Nullable Long nextRenewal;

    JdbcShardLeases(JdbcAccess access, OutboxSpec spec, TimeSource time, String owner, RandomGenerator random) {
        this(access, spec, time, owner, random, SessionLock.of(access.database()));
    }

    JdbcShardLeases(
            JdbcAccess access,
            OutboxSpec spec,
            TimeSource time,
            String owner,
            RandomGenerator random,
            @Nullable SessionLock lock) {
        this.access = access;
        this.spec = spec;
        this.time = time;
        this.owner = owner;
        this.connection = new LeaseConnection(access.dataSource(), spec.lease());
        this.table = LeaseTable.of(access.database(), spec.lease());
        this.session = new LeaseSession(lock, spec.sessionGrace(), this.connection, time, random);
        this.peers = new LeasePeers(this.table, lock, spec.sessionGrace(), time);
    }

    @Override
    public void prepare() {
        try {
            insertMissing(
                    "INSERT INTO integration_outbox_meta (name, setting) SELECT ?, ? WHERE NOT EXISTS"
                            + " (SELECT 1 FROM integration_outbox_meta WHERE name = ?)",
                    META_SHARDS,
                    Integer.toString(this.spec.shards()),
                    META_SHARDS);
            requireSameShards();
            this.table.others(this.access.jdbc(), this.owner);
            for (int shard = 0; shard < this.spec.shards(); shard++) {
                insertMissing(
                        "INSERT INTO integration_outbox_lease (shard, epoch, expires_at) SELECT ?, 0, %s WHERE NOT EXISTS"
                                        .formatted(this.access.database().clock())
                                + " (SELECT 1 FROM integration_outbox_lease WHERE shard = ?)",
                        shard,
                        shard);
            }
        } catch (DataAccessException ex) {
            throw new OutboxConfigurationException(
                    ProblemCode.INVALID_SETTING,
                    "The outbox tables cannot be read or written",
                    "Set integration.jdbc.initialize-schema=always, or run the scripts in"
                            + " classpath:io/integrationkit/schema yourself.",
                    ex);
        }
    }

    /** Two instances that start together may both find nothing there. */
    private void insertMissing(String sql, Object... arguments) {
        try {
            this.access.inNewTransaction(() -> this.access.jdbc().update(sql, arguments));
        } catch (DuplicateKeyException ex) {
            logger.trace("Another instance was first", ex);
        }
    }

    private void requireSameShards() {
        String stored = this.access
                .jdbc()
                .queryForObject(
                        "SELECT setting FROM integration_outbox_meta WHERE name = ?", String.class, META_SHARDS);
        if (!Integer.toString(this.spec.shards()).equals(stored)) {
            throw new OutboxConfigurationException(
                    ProblemCode.OUTBOX_SHARD_MISMATCH,
                    "The outbox table was made with %s shards, integration.outbox.shards is %d"
                            .formatted(stored, this.spec.shards()),
                    ("Set integration.outbox.shards=%s; another number would send messages of one key from two shards at"
                                    + " once.")
                            .formatted(stored),
                    null);
        }
    }

    @Override
    public Duration interval() {
        Duration third = this.spec.sendWindow().dividedBy(3);
        return (third.compareTo(SHORTEST_INTERVAL) > 0) ? third : SHORTEST_INTERVAL;
    }

    @Override
    public Duration watchInterval() {
        Duration grace = this.spec.sessionGrace();
        Duration watch = grace.isZero() ? WATCH_WITHOUT_SESSION : grace.dividedBy(4);
        return (watch.compareTo(interval()) < 0) ? watch : interval();
    }

    @Override
    public void renew() {
        attempt(this::renew);
    }

    @Override
    public void watch() {
        Long next = this.nextRenewal;
        boolean due = next == null || next - this.time.nanoTime() <= 0;
        attempt(due ? this::renew : this::look);
    }

    private void attempt(Consumer<JdbcOperations> work) {
        try {
            work.accept(this.connection.open());
        } catch (DataAccessException ex) {
            endBrokenConnection();
            throw ex;
        }
    }

    /** A statement that failed need not have cost the session. */
    private void endBrokenConnection() {
        if (!this.session.lasts()) {
            if (this.session.key() != null) {
                dropAll();
            }
            this.connection.close();
        }
    }

    private void dropAll() {
        this.session.lost();
        this.peers.forget();
        this.lost = true;
        this.nextRenewal = null;
        this.held = Collections.emptyMap();
        this.leases.clear();
        this.yielded.retain(Set.of());
    }

    private void renew(JdbcOperations jdbc) {
        if (!this.session.prove(jdbc)) {
            dropAll();
        }
        long asked = this.time.nanoTime();
        this.table.seen(jdbc, this.owner, this.session.key());
        List<Claim> mine = this.lost ? this.table.claimAnew(jdbc, this.owner) : this.table.renew(jdbc, this.owner);
        this.lost = false;
        this.leases.clear();
        add(mine, asked);
        this.yielded.retain(this.leases.keySet());
        publish();
        balance(jdbc);
        this.table.forgetOlderThan(jdbc, FORGOTTEN_AFTER);
        this.nextRenewal = asked + interval().toNanos();
    }

    private void look(JdbcOperations jdbc) {
        if (!this.session.prove(jdbc)) {
            dropAll();
            renew(jdbc);
            return;
        }
        publish();
        balance(jdbc);
    }

    private void add(Collection<Claim> claims, long asked) {
        long sendUntil = asked + this.spec.sendWindow().toNanos();
        claims.forEach((claim) ->
                this.leases.put(claim.shard(), new ShardLease(claim.shard(), this.owner, claim.epoch(), sendUntil)));
    }

    private void publish() {
        publishWithout(this.yielded.yielding());
    }

    private void publishWithout(Collection<Integer> leaving) {
        Map<Integer, ShardLease> sending = new TreeMap<>(this.leases);
        sending.keySet().removeAll(leaving);
        sending.replaceAll((shard, lease) ->
                new ShardLease(shard, lease.owner(), lease.epoch(), this.session.limit(lease.sendUntil())));
        this.held = Collections.unmodifiableMap(sending);
    }

    private void balance(JdbcOperations jdbc) {
        int instances = this.peers.look(jdbc, this.owner) + 1;
        int share = (this.spec.shards() + instances - 1) / instances;
        giveBack(jdbc);
        if (this.leases.size() < share) {
            long asked = this.time.nanoTime();
            add(this.table.claim(jdbc, this.owner, share - this.leases.size()), asked);
            publish();
        } else {
            yieldBeyond(share);
        }
    }

    /** The relay's thread sees that a shard is not held any more before it sees that it is yielding. */
    private void yieldBeyond(int share) {
        Set<Integer> leaving = new TreeSet<>(this.held.keySet());
        leaving.removeAll(leaving.stream().limit(share).toList());
        if (!leaving.isEmpty()) {
            leaving.addAll(this.yielded.yielding());
            publishWithout(leaving);
            this.yielded.begin(leaving);
        }
    }

    private void giveBack(JdbcOperations jdbc) {
        List<Claim> ended = this.yielded.ended().stream()
                .map(this.leases::get)
                .map((lease) -> new Claim(lease.shard(), lease.epoch()))
                .toList();
        if (!ended.isEmpty()) {
            this.table.end(jdbc, this.owner, ended);
            ended.forEach((claim) -> this.leases.remove(claim.shard()));
            this.yielded.retain(this.leases.keySet());
        }
    }

    @Override
    public Map<Integer, ShardLease> held() {
        return this.held;
    }

    @Override
    public Set<Integer> yielding() {
        return this.yielded.yielding();
    }

    @Override
    public void yielded(int shard) {
        this.yielded.ended(shard);
    }

    @Override
    public void release() {
        this.held = Collections.emptyMap();
        this.leases.clear();
        this.yielded.retain(Set.of());
        this.nextRenewal = null;
        try {
            JdbcOperations jdbc = this.connection.open();
            this.table.endAll(jdbc, this.owner);
            this.session.end(jdbc);
        } finally {
            this.session.lost();
            this.peers.forget();
            this.connection.close();
        }
    }
}
