package io.integrationkit.sample.process.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.process.BrokerServer;
import io.integrationkit.sample.process.DatabaseProduct;
import io.integrationkit.sample.process.DatabaseServer;
import io.integrationkit.sample.process.Patience;
import io.integrationkit.sample.process.ServiceProcess;
import io.integrationkit.test.TcpFaultProxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/**
 * Database, broker and applications as processes, with a proxy before the broker and one before the database for each
 * application; and the oracle, which goes round the proxies.
 */
final class Cluster implements AutoCloseable {

    private static final String TOPIC = "ledger";

    private static final int PARTITIONS = 6;

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    private final Sending sending;

    private final Path directory;

    private final TimeSource time;

    private final Patience patience;

    private final DatabaseServer database;

    private final BrokerServer broker;

    private final TcpFaultProxy brokerLine;

    private final Ledger ledger;

    private final Arrivals arrivals = new Arrivals();

    private final TopicReader reader;

    private final List<LoadInstance> instances = new ArrayList<>();

    private int names;

    Cluster(DatabaseProduct product, Sending sending, Path directory, TimeSource time) throws Exception {
        this.sending = sending;
        this.directory = directory;
        this.time = time;
        this.patience = new Patience(time, PATIENCE);
        int proxiedPort = ServiceProcess.freePort();
        this.brokerLine = TcpFaultProxy.to("127.0.0.1", proxiedPort);
        this.broker = new BrokerServer(directory, time, proxiedPort, this.brokerLine.port());
        this.broker.start();
        this.database = DatabaseServer.start(product, directory, time);
        this.ledger = new Ledger(this.database, time);
        this.ledger.create();
        this.broker.awaitReady();
        this.broker.createTopics(List.of(TOPIC), PARTITIONS);
        List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
                .mapToObj((partition) -> new TopicPartition(TOPIC, partition))
                .toList();
        this.reader = new TopicReader(this.broker.address(), partitions, this.arrivals);
    }

    /** Starts one more application. */
    LoadInstance add(String... settings) {
        List<String> all = new ArrayList<>(List.of(
                "--load.topic=" + TOPIC, "--spring.kafka.bootstrap-servers=127.0.0.1:" + this.brokerLine.port()));
        all.addAll(this.sending.settings());
        all.addAll(List.of(settings));
        this.names++;
        LoadInstance instance = new LoadInstance("app" + this.names, this.directory, this.database, all);
        this.instances.add(instance);
        instance.start();
        return instance;
    }

    /** {@code kill -9}, and it does not come again. */
    void remove(LoadInstance instance) throws InterruptedException {
        instance.kill();
        forget(instance);
    }

    /** SIGTERM: it ends what it is at, and does not come again. */
    void stop(LoadInstance instance) throws InterruptedException {
        instance.stop();
        forget(instance);
    }

    private void forget(LoadInstance instance) {
        instance.close();
        this.instances.remove(instance);
    }

    void removeAll() throws InterruptedException {
        for (LoadInstance instance : List.copyOf(this.instances)) {
            remove(instance);
        }
    }

    List<LoadInstance> instances() {
        return this.instances;
    }

    /** Those that have published since they were started last. */
    List<LoadInstance> up() {
        return this.instances.stream().filter(this::up).toList();
    }

    boolean up(LoadInstance instance) {
        return instance.alive() && this.arrivals.publishedBy(instance.id()) > 0;
    }

    TcpFaultProxy brokerLine() {
        return this.brokerLine;
    }

    DatabaseServer database() {
        return this.database;
    }

    Ledger ledger() {
        return this.ledger;
    }

    Arrivals arrivals() {
        return this.arrivals;
    }

    /** How many shards an application has by the database, with leases that may be over. */
    long shardsOf(LoadInstance instance) {
        return this.ledger.count(
                "SELECT count(*) FROM integration_outbox_lease WHERE owner LIKE '%s-%%'".formatted(instance.id()));
    }

    /** Waits until each application has its share of the shards: their number divided, rounded up, one with the rest. */
    void awaitFairShares() throws InterruptedException {
        int others = this.instances.size() - 1;
        int shards = this.sending.shards();
        long least = shards - (long) others * ((shards + others) / this.instances.size());
        await(
                () -> "Shares of the shards: "
                        + this.instances.stream().map(this::shardsOf).toList(),
                () -> this.instances.stream().allMatch((instance) -> shardsOf(instance) >= least));
    }

    void killBroker() throws InterruptedException {
        this.broker.kill();
    }

    void startBroker() throws InterruptedException {
        this.broker.start();
        this.broker.awaitReady();
    }

    /** Waits until all have published since they were started last. */
    void awaitAllUp() throws InterruptedException {
        await(() -> "Up are only " + up().size() + " of " + this.instances.size(), () -> {
            this.instances.forEach(LoadInstance::requireAlive);
            return up().size() == this.instances.size();
        });
    }

    /** Waits until all that was committed when this is called has arrived. */
    void awaitDelivered() throws InterruptedException {
        Map<Integer, Long> committed = this.ledger.versions();
        await(
                () -> {
                    List<String> missing = this.arrivals.missing(committed);
                    return "Lost, or not delivered for " + PATIENCE + ": " + missing.size() + ", "
                            + missing.stream().limit(10).toList();
                },
                () -> this.arrivals.missing(committed).isEmpty());
    }

    /** Waits for something the oracle must see, which can only be while it reads. */
    void await(Supplier<String> complaint, BooleanSupplier condition) throws InterruptedException {
        this.patience.await(complaint, () -> {
            this.reader.requireReading();
            return condition.getAsBoolean();
        });
    }

    void sleep(Duration duration) throws InterruptedException {
        this.time.sleep(duration);
    }

    @Override
    public void close() throws Exception {
        this.instances.forEach(LoadInstance::close);
        this.reader.close();
        this.broker.close();
        this.brokerLine.close();
        this.database.close();
    }
}
