package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.jdbc.JdbcAccess;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;

/** A relay that the test steps, with real producers that meet what the test says; left alone it is a dead process. */
final class TransactionalRelay {

    private final Map<Integer, ShardLease> held = new HashMap<>();

    private final RelayEvents events = new RelayEvents();

    private final Queue<Producer<byte[], byte[]>> producers = new ConcurrentLinkedQueue<>();

    private final KafkaMessageDestination destination;

    private final KafkaTransactions transactions;

    private final RelayLoop loop;

    private final RelayCounters counters = new RelayCounters();

    private final Hooks hooks;

    /** What happens where. */
    static class Hooks {

        void beforeSend(int number) {}

        void beforeCommit() {}

        void afterCommit() {}

        void beforeDelete() {}
    }

    /** The process ends here: nothing it holds is closed. */
    static final class Killed extends Error {

        private static final long serialVersionUID = 1L;
    }

    TransactionalRelay(
            JdbcAccess access, OutboxSpec spec, String brokers, long epoch, Supplier<DeadLetters> dead, Hooks hooks) {
        this.hooks = hooks;
        for (int shard = 0; shard < spec.shards(); shard++) {
            ShardLease lease = new ShardLease(shard, "owner-" + epoch, epoch, Long.MAX_VALUE);
            this.held.put(shard, lease);
            access.jdbc()
                    .update(
                            "INSERT INTO integration_outbox_lease (shard, owner, epoch, expires_at) VALUES (?, ?, ?,"
                                    + " now() + interval '1 hour') ON CONFLICT (shard) DO UPDATE SET owner ="
                                    + " excluded.owner, epoch = excluded.epoch",
                            shard,
                            lease.owner(),
                            epoch);
        }
        this.destination = new KafkaMessageDestination(
                new DefaultKafkaProducerFactory<>(
                        Map.of("bootstrap.servers", brokers), new StringSerializer(), new StringSerializer()),
                spec);
        this.transactions = new KafkaTransactions(
                this.destination,
                spec,
                this.destination.settings(),
                this::producer,
                () -> TableIncarnation.of(
                        access, spec.destinations().transactions().progressTopic()),
                TimeSource.system());
        this.transactions.prepare();
        OutboxInspection inspection = new JdbcOutboxInspection(access, spec);
        this.loop = new RelayLoop(
                spec,
                new HookedStore(Outboxes.store(access, spec, dead)),
                new Held(),
                new Destinations(List.of(this.destination)),
                new Pauses(inspection),
                TimeSource.system(),
                this.events,
                this.counters,
                this.transactions);
    }

    RelayCounters counters() {
        return this.counters;
    }

    KafkaTransactions transactions() {
        return this.transactions;
    }

    /** Steps until it is so. */
    void runUntil(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(1))
                .until(() -> {
                    this.events.wake();
                    this.loop.step(this.events.await(Duration.ofMillis(20).toNanos(), 1));
                    return condition.getAsBoolean();
                });
    }

    /** Steps until nothing is under way any more. */
    void drain() {
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> this.loop.drain(this.events.poll()));
    }

    void loseLeases() {
        this.held.clear();
    }

    void close() {
        this.loop.close();
        this.producers.forEach((producer) -> producer.close(Duration.ZERO));
        this.destination.destroy();
    }

    @SuppressWarnings("unchecked")
    private Producer<byte[], byte[]> producer(Map<String, Object> settings) {
        Producer<byte[], byte[]> real =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.producers.add(real);
        int[] sends = new int[1];
        boolean[] dead = new boolean[1];
        return (Producer<byte[], byte[]>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Producer.class}, (proxy, method, arguments) -> {
                    if (dead[0]) {
                        return null;
                    }
                    try {
                        if (method.getName().equals("beginTransaction")) {
                            sends[0] = 0;
                        } else if (method.getName().equals("send")) {
                            this.hooks.beforeSend(sends[0]++);
                        } else if (method.getName().equals("commitTransaction")) {
                            this.hooks.beforeCommit();
                        }
                        Object answer = method.invoke(real, arguments);
                        if (method.getName().equals("commitTransaction")) {
                            this.hooks.afterCommit();
                        }
                        return answer;
                    } catch (InvocationTargetException ex) {
                        throw ex.getCause();
                    } catch (Killed ex) {
                        dead[0] = true;
                        throw ex;
                    }
                });
    }

    private final class Held implements ShardLeases {

        @Override
        public void prepare() {}

        @Override
        public void renew() {}

        @Override
        public Duration interval() {
            return Duration.ofSeconds(1);
        }

        @Override
        public Map<Integer, ShardLease> held() {
            return Map.copyOf(TransactionalRelay.this.held);
        }

        @Override
        public void release() {
            TransactionalRelay.this.held.clear();
        }
    }

    private final class HookedStore implements OutboxStore {

        private final OutboxStore store;

        HookedStore(OutboxStore store) {
            this.store = store;
        }

        @Override
        public void append(List<OutboxRecord> records) {
            this.store.append(records);
        }

        @Override
        public List<StoredMessage> read(List<Window> windows, Set<String> pausedDestinations) {
            return this.store.read(windows, pausedDestinations);
        }

        @Override
        public void delete(List<StoredMessage.Row> rows) {
            throw new IllegalStateException("This way of deleting may be undone by a crash of the database");
        }

        @Override
        public void deleteForGood(List<StoredMessage.Row> rows) {
            TransactionalRelay.this.hooks.beforeDelete();
            this.store.deleteForGood(rows);
        }

        @Override
        public Map<Long, String> messageIds(int shard, List<Long> ids) {
            return this.store.messageIds(shard, ids);
        }

        @Override
        public boolean moveToDeadLetters(StoredMessage message, ShardLease lease, Failure failure, Throwable cause) {
            return this.store.moveToDeadLetters(message, lease, failure, cause);
        }

        @Override
        public OutboxBacklog backlog() {
            return this.store.backlog();
        }

        @Override
        public KeyStates keys() {
            return this.store.keys();
        }

        @Override
        public @Nullable Writers writers(Collection<Integer> shards, long beyond) {
            return this.store.writers(shards, beyond);
        }
    }
}
