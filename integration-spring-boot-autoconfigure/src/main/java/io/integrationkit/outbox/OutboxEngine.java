package io.integrationkit.outbox;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.event.EventHandlers;
import io.integrationkit.event.EventReader;
import io.integrationkit.failure.Failure;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * The parts of one outbox, put together: who publishes, who sends, who counts, who sends dead letters again and who
 * holds keys.
 *
 * @param outbox for the application
 * @param relay to be started and stopped with the application
 * @param statistics for meters and health
 * @param operations for whoever operates it
 * @param replayer for the dead letters
 * @param keys for operators
 */
public record OutboxEngine(
        Outbox outbox,
        OutboxRelay relay,
        OutboxStatistics statistics,
        OutboxOperations operations,
        MessageReplayer replayer,
        OutboxKeys keys) {

    /**
     * What every outbox is made of.
     *
     * @param spec settings
     * @param events event types and versions, and what reads them
     * @param codec writes payloads
     * @param destinations where messages go, in the order in which they are asked
     * @param deadLetters where refused messages go; asked for when the first is refused
     * @param time clock and monotonic time
     * @param random source of message ids and of the relay's name; used by many threads
     * @param handlers handlers of events in this process
     * @param classification says what the exception of a handler means
     */
    public record Parts(
            OutboxSpec spec,
            EventReader events,
            PayloadCodec codec,
            List<MessageDestination> destinations,
            Supplier<DeadLetters> deadLetters,
            TimeSource time,
            RandomGenerator random,
            EventHandlers handlers,
            Function<Throwable, Failure> classification) {

        private MessageEncoder encoder(Destinations known) {
            return new MessageEncoder(
                    this.spec,
                    this.events.versions(),
                    this.codec,
                    known,
                    new MessageIds(this.random),
                    this.time,
                    local());
        }

        /** Handlers are asked first; no other destination can mean the same name. */
        private Destinations all() {
            List<MessageDestination> all = new ArrayList<>();
            LocalHandlers local = local();
            if (local.count() > 0) {
                all.add(new HandlerDestination(
                        local,
                        this.events,
                        this.classification,
                        HandlerThreads.executor(
                                local.count() * this.spec.publishing().handlerConcurrency()),
                        this.time,
                        this.spec));
            }
            all.addAll(this.destinations);
            return new Destinations(all);
        }

        private LocalHandlers local() {
            return new LocalHandlers(this.handlers);
        }

        private PublishGate gate(OutboxStore store) {
            return PublishGate.of(this.spec.publishing().backpressure(), store, this.time);
        }

        private String owner() {
            return "%s-%016x".formatted(this.spec.source(), this.random.nextLong());
        }
    }

    /**
     * Makes an outbox in the database. From now on it hears of the commits of the database's transaction manager.
     *
     * @param access the database
     * @param parts its parts
     * @return the outbox; its relay is not started yet
     * @throws OutboxConfigurationException if a send mode does not fit its destination
     */
    public static OutboxEngine durable(JdbcAccess access, Parts parts) {
        HeaderCodec headers = new HeaderCodec(parts.codec());
        JdbcOutboxStore store = new JdbcOutboxStore(access, parts.spec(), headers, parts.deadLetters());
        String owner = parts.owner();
        JdbcShardLeases leases = new JdbcShardLeases(access, parts.spec(), parts.time(), owner, parts.random());
        Destinations destinations = parts.all();
        SendModes.requireOrder(parts.spec(), destinations);
        RelayCounters counters = new RelayCounters();
        OutboxInspection inspection = new JdbcOutboxInspection(access, parts.spec());
        Pauses pauses = new Pauses(inspection);
        RelaySignals signals = PostgresSignals.of(access, parts.spec(), leases, owner);
        OutboxRelay relay = new OutboxRelay(
                parts.spec(),
                store,
                leases,
                destinations,
                pauses,
                parts.time(),
                counters,
                signals,
                SendModes.transactions(access, parts.spec(), destinations, parts.time()));
        OutboxTransactions transactions =
                new OutboxTransactions(access, store, (count) -> owed(counters, relay, count));
        transactions.listen();
        return new OutboxEngine(
                new TransactionalOutbox(transactions, parts.encoder(destinations), parts.gate(store)),
                relay,
                new RelayStatistics(counters, leases, store, inspection),
                new Operating(parts.spec(), inspection, store.keys(), pauses, counters, relay),
                new OutboxReplayer(destinations, store, (count) -> owed(counters, relay, count), relay::published),
                new OperatedKeys(store.keys(), relay::published));
    }

    /**
     * Makes an outbox in memory.
     *
     * @param parts its parts
     * @return the outbox; its relay is not started yet
     * @throws OutboxConfigurationException if a send mode needs a database
     */
    public static OutboxEngine inMemory(Parts parts) {
        SendModes.requireStrict(parts.spec());
        MemoryOutboxStore store = new MemoryOutboxStore(parts.spec(), parts.time(), parts.deadLetters());
        ShardLeases leases = new MemoryShardLeases(parts.spec(), parts.time(), parts.owner());
        Destinations destinations = parts.all();
        SendModes.requireOrder(parts.spec(), destinations);
        RelayCounters counters = new RelayCounters();
        OutboxInspection inspection = new MemoryOutboxInspection(store, leases);
        Pauses pauses = new Pauses(inspection);
        OutboxRelay relay = new OutboxRelay(
                parts.spec(), store, leases, destinations, pauses, parts.time(), counters, RelaySignals.NONE, null);
        return new OutboxEngine(
                new InMemoryOutbox(
                        store, parts.encoder(destinations), parts.gate(store), (count) -> owed(counters, relay, count)),
                relay,
                new RelayStatistics(counters, leases, store, inspection),
                new Operating(parts.spec(), inspection, store.keys(), pauses, counters, relay),
                new OutboxReplayer(destinations, store, (count) -> owed(counters, relay, count), relay::published),
                new OperatedKeys(store.keys(), relay::published));
    }

    private static void owed(RelayCounters counters, OutboxRelay relay, int count) {
        counters.published.add(count);
        relay.published();
    }
}
