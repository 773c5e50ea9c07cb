package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.jdbc.IdleLimit;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.outbox.LeaseTable.Claim;
import io.integrationkit.testsupport.Standstill;
import io.integrationkit.testsupport.Trap;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.persistenceunit.PersistenceManagedTypes;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;

/**
 * A process that stands still before any of its calls of the database keeps its session for as long as it stands; what
 * it has locked must not keep others from its shards once its lease has ended, nor from their rows.
 */
abstract class StandstillContract {

    /** More than what is to be done takes calls, so that one stands still at each of them. */
    private static final int SHARDS = 24;

    private static final Duration LEASE = Duration.ofMillis(1_100);

    /** A lease of whole seconds, and what a slow machine needs. */
    private static final Duration BOUND = Duration.ofSeconds(15);

    private static final Failure REFUSED = Failure.of(FailureCategory.PERMANENT);

    private final JdbcAccess access;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final List<Standstill> standing = new ArrayList<>();

    StandstillContract(JdbcAccess access) {
        this.access = access;
    }

    /** How long the session of a pool may wait in a transaction, as the database tells it. */
    abstract String idleLimit();

    /** Sets it for the session, to seconds. */
    abstract String setIdleLimit();

    @AfterEach
    void end() throws InterruptedException {
        this.standing.forEach(Standstill::goOn);
        this.threads.shutdown();
        assertThat(this.threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    /** What the thread of the leases does. */
    private enum LeaseWork {
        RENEW {
            @Override
            Collection<Claim> run(LeaseTable table, JdbcOperations jdbc, List<Claim> held) {
                return table.renew(jdbc, "theirs");
            }
        },
        CLAIM_ANEW {
            @Override
            Collection<Claim> run(LeaseTable table, JdbcOperations jdbc, List<Claim> held) {
                return table.claimAnew(jdbc, "theirs");
            }
        },
        CLAIM {
            @Override
            Collection<Claim> run(LeaseTable table, JdbcOperations jdbc, List<Claim> held) {
                return table.claim(jdbc, "theirs", SHARDS);
            }
        },
        END {
            @Override
            Collection<Claim> run(LeaseTable table, JdbcOperations jdbc, List<Claim> held) {
                table.end(jdbc, "theirs", held);
                return List.of();
            }
        },
        END_ALL {
            @Override
            Collection<Claim> run(LeaseTable table, JdbcOperations jdbc, List<Claim> held) {
                table.endAll(jdbc, "theirs");
                return List.of();
            }
        };

        abstract Collection<Claim> run(LeaseTable table, JdbcOperations jdbc, List<Claim> held);
    }

    /** No two owners in one epoch, wherever the first one goes on. */
    @ParameterizedTest
    @EnumSource
    @Trap(3)
    void leasesOfAThreadThatStandsStillAnywhereAreClaimedByOthersWhenTheyHaveEnded(LeaseWork work) throws Exception {
        prepare();
        LeaseTable theirs = LeaseTable.of(this.access.database(), Duration.ofMillis(500));
        LeaseTable mine = LeaseTable.of(this.access.database(), Duration.ofHours(1));
        boolean stood = true;
        int step = 0;
        while (stood) {
            step++;
            free();
            List<Claim> held =
                    (work == LeaseWork.CLAIM) ? List.of() : theirs.claim(this.access.jdbc(), "theirs", SHARDS);
            Standstill process = process(step);
            CountDownLatch ended = new CountDownLatch(1);
            Future<Collection<Claim>> claims = this.threads.submit(() -> {
                try (var connection = process.getConnection()) {
                    return work.run(theirs, new JdbcTemplate(new SingleConnectionDataSource(connection, true)), held);
                } finally {
                    ended.countDown();
                }
            });
            stood = process.reachedBefore(ended);
            List<Claim> taken = new ArrayList<>();
            Awaitility.await("claims of all shards although another stands still at step " + step)
                    .atMost(BOUND)
                    .until(() -> {
                        taken.addAll(mine.claim(this.access.jdbc(), "mine", SHARDS));
                        return taken.size() == SHARDS;
                    });
            process.goOn();
            assertThat(claims.get(1, TimeUnit.MINUTES)).doesNotContainAnyElementsOf(taken);
            assertThat(mine.renew(this.access.jdbc(), "mine")).containsExactlyInAnyOrderElementsOf(taken);
        }
        assertThat(step).as("steps").isGreaterThan(1);
    }

    /** One transaction after the other stands still, for as long as a lease: none keeps others from their own leases. */
    @Test
    void leasesAreRenewedAndEndedWhicheverOfAnotherIsLocked() {
        prepare();
        free();
        LeaseTable table = LeaseTable.of(this.access.database(), Duration.ofHours(1));
        assertThat(table.claim(this.access.jdbc(), "theirs", 1)).hasSize(1);
        assertThat(table.claim(this.access.jdbc(), "mine", SHARDS)).hasSize(SHARDS - 1);
        this.access.inNewTransaction(() -> {
            this.access.jdbc().queryForList("SELECT epoch FROM integration_outbox_lease WHERE shard = 0 FOR UPDATE");
            within(() -> {
                JdbcOperations jdbc = this.access.jdbc();
                assertThat(table.renew(jdbc, "mine")).hasSize(SHARDS - 1);
                assertThat(table.claimAnew(jdbc, "mine")).hasSize(SHARDS - 1);
                table.end(jdbc, "mine", table.renew(jdbc, "mine").subList(0, 1));
                assertThat(table.claim(jdbc, "mine", SHARDS)).hasSize(1);
                table.endAll(jdbc, "mine");
                assertThat(table.claim(jdbc, "others", SHARDS)).hasSize(SHARDS - 1);
            });
            return true;
        });
    }

    /** What the relay does with a message under its lease. */
    private enum MessageWork {
        MOVE {
            @Override
            boolean run(OutboxStore store, StoredMessage message, ShardLease lease) {
                return store.moveToDeadLetters(message, lease, REFUSED, new IllegalStateException("refused"));
            }
        },
        PARK {
            @Override
            boolean run(OutboxStore store, StoredMessage message, ShardLease lease) {
                return store.keys().park(message, lease, REFUSED, new IllegalStateException("refused"));
            }
        },
        BLOCK {
            @Override
            boolean run(OutboxStore store, StoredMessage message, ShardLease lease) {
                return store.keys().block(message, lease, REFUSED, new IllegalStateException("refused"));
            }
        };

        abstract boolean run(OutboxStore store, StoredMessage message, ShardLease lease);
    }

    /** One process for each call, all at once, each at a message of another shard. */
    @ParameterizedTest
    @EnumSource
    @Trap(3)
    void shardsOfARelayThatStandsStillAnywhereInAMoveAreClaimedAndSentByOthers(MessageWork work) throws Exception {
        prepare();
        OutboxStore store = store(this.access);
        List<StoredMessage> messages = messageOfEachShard(store);
        Map<Integer, ShardLease> leases = claimAll(LEASE);
        List<Future<Boolean>> moves = new ArrayList<>();
        List<Boolean> stood = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            Standstill process = process(i + 1);
            OutboxStore theirs = store(accessOf(process));
            StoredMessage message = messages.get(i);
            ShardLease lease = Objects.requireNonNull(leases.get(message.row().shard()));
            CountDownLatch ended = new CountDownLatch(1);
            moves.add(this.threads.submit(() -> {
                try {
                    return work.run(theirs, message, lease);
                } finally {
                    ended.countDown();
                }
            }));
            stood.add(process.reachedBefore(ended));
        }
        assertThat(stood).contains(true, false);
        LeaseTable mine = LeaseTable.of(this.access.database(), Duration.ofHours(1));
        List<Claim> taken = new ArrayList<>();
        Awaitility.await("claims of all shards").atMost(BOUND).until(() -> {
            taken.addAll(mine.claim(this.access.jdbc(), "mine", SHARDS));
            return taken.size() == SHARDS;
        });
        List<StoredMessage> left = store.read(everything(), Set.of());
        within(() -> store.delete(left.stream().map(StoredMessage::row).toList()));
        this.standing.forEach(Standstill::goOn);
        int moved = 0;
        for (Future<Boolean> move : moves) {
            moved += told(move) ? 1 : 0;
        }
        long letters = deadLetters().count(DeadLetterFilter.all());
        assertThat(letters).isEqualTo((work == MessageWork.BLOCK) ? 0 : moved);
        assertThat(left.size() + letters).isEqualTo((work == MessageWork.BLOCK) ? SHARDS - moved : SHARDS);
        assertThat(store.backlog().messages()).isEqualTo((work == MessageWork.BLOCK) ? moved : 0);
    }

    /** Those that went on found their session gone, or another owner. */
    private static boolean told(Future<Boolean> move) throws Exception {
        try {
            return move.get(1, TimeUnit.MINUTES);
        } catch (ExecutionException ex) {
            return false;
        }
    }

    /** Pools may hand out connections that do not commit by themselves. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void rowsThatOneDeletesWhoStandsStillAnywhereAreDeletedByOthers(boolean autoCommit) throws Exception {
        prepare();
        OutboxStore store = store(this.access);
        List<StoredMessage.Row> rows =
                messageOfEachShard(store).stream().map(StoredMessage::row).toList();
        List<Boolean> stood = new ArrayList<>();
        for (int i = 0; i + 1 < rows.size(); i += 2) {
            Standstill process = process(i / 2 + 1);
            process.setAutoCommit(autoCommit);
            OutboxStore theirs = store(accessOf(process));
            List<StoredMessage.Row> two = rows.subList(i, i + 2);
            CountDownLatch ended = new CountDownLatch(1);
            this.threads.execute(() -> {
                try {
                    theirs.delete(two);
                } catch (DataAccessException ex) {
                    // Its session is gone when it goes on.
                } finally {
                    ended.countDown();
                }
            });
            stood.add(process.reachedBefore(ended));
        }
        assertThat(stood).contains(true, false);
        within(() -> store.deleteForGood(rows));
        assertThat(store.backlog().messages()).isZero();
    }

    /** It is the application's to end, and keeps nothing but its own. */
    @Test
    void applicationThatStandsStillWithMessagesInItsTransactionKeepsNoOtherMessage() throws Exception {
        prepare();
        OutboxStore store = store(this.access);
        this.access.inNewTransaction(() -> {
            OutboxRecord first = Outboxes.record("uncommitted", "key0");
            store.append(List.of(first, Outboxes.record("uncommitted too", "key1")));
            within(() -> {
                List<StoredMessage> messages = messageOfEachShard(store);
                StoredMessage moved = messages.get(0);
                ShardLease lease = Objects.requireNonNull(
                        claimAll(Duration.ofHours(1)).get(moved.row().shard()));
                assertThat(MessageWork.MOVE.run(store, moved, lease)).isTrue();
                store.delete(List.of(messages.get(1).row()));
                store.deleteForGood(messages.stream().map(StoredMessage::row).toList());
                assertThat(store.backlog().messages()).isZero();
            });
            return true;
        });
        assertThat(store.backlog().messages()).isEqualTo(2);
    }

    /** The pool is the application's: what is set for a transaction of ours is gone after it, however it ended. */
    @Test
    void limitIsSetBackAfterEachTransactionHoweverItEnded() throws Exception {
        prepare();
        try (var connection = this.access.dataSource().getConnection()) {
            JdbcAccess one = accessOf(new SingleConnectionDataSource(connection, true));
            String before = limit(one);
            List<String> within = new ArrayList<>();
            OutboxStore store = Outboxes.store(one, spec(LEASE), () -> {
                within.add(limit(one));
                if (within.size() == 2) {
                    throw new IllegalStateException("dead letters fail");
                }
                return Outboxes.deadLetters(one, () -> null);
            });
            List<StoredMessage> messages = messageOfEachShard(store);
            Map<Integer, ShardLease> leases = claimAll(Duration.ofHours(1));
            List<String> after = new ArrayList<>();
            for (StoredMessage message : messages.subList(0, 3)) {
                try {
                    MessageWork.MOVE.run(
                            store, message, leases.get(message.row().shard()));
                } catch (IllegalStateException ex) {
                    assertThat(ex).hasMessage("dead letters fail");
                }
                after.add(limit(one));
            }
            store.delete(messages.stream().map(StoredMessage::row).toList());
            after.add(limit(one));
            assertThat(within).hasSize(3).doesNotContain(before);
            assertThat(after).containsOnly(before);
        }
    }

    /** Whoever set a shorter one means it; and a transaction that is limited twice is set back to what was before both. */
    @Test
    void shorterLimitStaysAndAnotherLimitInTheTransactionChangesNothing() throws Exception {
        IdleLimit limit = new IdleLimit(this.access.database(), Duration.ofSeconds(20));
        try (var connection = this.access.dataSource().getConnection()) {
            JdbcAccess one = accessOf(new SingleConnectionDataSource(connection, true));
            String before = limit(one);
            String first = limitWithin(one, limit);
            assertThat(limit(one)).isEqualTo(before).isNotEqualTo(first);
            one.jdbc().execute(setIdleLimit().formatted(7));
            String shorter = limit(one);
            assertThat(limitWithin(one, limit)).isEqualTo(shorter);
            one.jdbc().execute(setIdleLimit().formatted(70));
            String longer = limit(one);
            assertThat(limitWithin(one, limit)).isEqualTo(first);
            assertThat(limit(one)).isEqualTo(longer);
        }
    }

    /** Its connection is one of Hibernate's while the transaction lasts. */
    @Test
    void limitIsSetBackAfterTransactionsOfJpa() {
        HikariDataSource pool = (HikariDataSource) this.access.dataSource();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(pool.getJdbcUrl());
        config.setUsername(pool.getUsername());
        config.setPassword("");
        config.setMaximumPoolSize(1);
        LocalContainerEntityManagerFactoryBean bean = new LocalContainerEntityManagerFactoryBean();
        try (HikariDataSource dataSource = new HikariDataSource(config)) {
            bean.setDataSource(dataSource);
            bean.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
            bean.setManagedTypes(PersistenceManagedTypes.of());
            bean.afterPropertiesSet();
            JpaTransactionManager manager = new JpaTransactionManager(Objects.requireNonNull(bean.getObject()));
            JdbcAccess jpa = new JdbcAccess(dataSource, manager, this.access.database());
            String before = limit(jpa);
            assertThat(limitWithin(jpa, new IdleLimit(this.access.database(), Duration.ofSeconds(20))))
                    .isNotEqualTo(before);
            assertThat(limit(jpa)).isEqualTo(before);
        } finally {
            bean.destroy();
        }
    }

    private String limitWithin(JdbcAccess one, IdleLimit limit) {
        return one.inNewTransaction(() -> {
            limit.limitActiveTransaction(one.jdbc());
            limit.limitActiveTransaction(one.jdbc());
            return limit(one);
        });
    }

    private void within(Runnable work) {
        try {
            this.threads.submit(work).get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException ex) {
            throw new AssertionError("Waited for another, or failed", ex);
        }
    }

    private String limit(JdbcAccess of) {
        return String.valueOf(of.jdbc().queryForObject(idleLimit(), String.class));
    }

    private void prepare() {
        new JdbcShardLeases(this.access, spec(LEASE), TimeSource.system(), "mine", new Random(), null).prepare();
    }

    private void free() {
        this.access
                .jdbc()
                .update("UPDATE integration_outbox_lease SET owner = NULL, epoch = epoch + 1, expires_at = %s"
                        .formatted(this.access.database().clock()));
    }

    private Map<Integer, ShardLease> claimAll(Duration lease) {
        Map<Integer, ShardLease> leases = new HashMap<>();
        LeaseTable.of(this.access.database(), lease)
                .claim(this.access.jdbc(), "theirs", SHARDS)
                .forEach((claim) ->
                        leases.put(claim.shard(), new ShardLease(claim.shard(), "theirs", claim.epoch(), 0)));
        assertThat(leases).hasSize(SHARDS);
        return leases;
    }

    private Standstill process(int step) {
        HikariDataSource pool = (HikariDataSource) this.access.dataSource();
        DataSource unpooled = new DriverManagerDataSource(pool.getJdbcUrl(), pool.getUsername(), "");
        Standstill process = new Standstill(unpooled, step);
        this.standing.add(process);
        return process;
    }

    private JdbcAccess accessOf(DataSource dataSource) {
        return new JdbcAccess(dataSource, new JdbcTransactionManager(dataSource), this.access.database());
    }

    private static OutboxStore store(JdbcAccess access) {
        Supplier<DeadLetters> deadLetters = () -> Outboxes.deadLetters(access, () -> null);
        return Outboxes.store(access, spec(LEASE), deadLetters);
    }

    private DeadLetters deadLetters() {
        return Outboxes.deadLetters(this.access, () -> null);
    }

    private static List<StoredMessage> messageOfEachShard(OutboxStore store) {
        Map<Integer, OutboxRecord> records = new HashMap<>();
        for (int i = 0; records.size() < SHARDS; i++) {
            String key = "key" + i;
            records.putIfAbsent(Shards.of(key, "", SHARDS), Outboxes.record("m" + i, key));
        }
        store.append(List.copyOf(records.values()));
        List<StoredMessage> messages = store.read(everything(), Set.of());
        assertThat(messages).hasSize(SHARDS);
        return messages;
    }

    private static List<OutboxStore.Window> everything() {
        return IntStream.range(0, SHARDS)
                .mapToObj((shard) -> new OutboxStore.Window(shard, 10, (@Nullable String) null))
                .toList();
    }

    private static OutboxSpec spec(Duration lease) {
        OutboxSpec same = Outboxes.spec();
        return new OutboxSpec(
                "shop",
                SHARDS,
                same.batchSize(),
                same.maxMessageSize(),
                lease,
                Duration.ofSeconds(1),
                Duration.ZERO,
                same.pollMin(),
                same.pollMax(),
                same.memoryCapacity(),
                Duration.ZERO,
                same.publishing(),
                same.destinations(),
                same.reading());
    }
}
