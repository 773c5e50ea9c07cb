package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.benchmarks.load.Servers;
import io.integrationkit.benchmarks.outbox.ContestantProcess.Count;
import io.integrationkit.benchmarks.outbox.ContestantProcess.Latency;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/** The parts of a run, each for one contestant whose relay does not run before and after. */
final class Measurements {

    private static final Duration CLOSE_LOOK = Duration.ofMillis(2);

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final int KEYS_OF_A_PUBLISHER = 63;

    private static final int BURST = 20;

    private final LoadPlan plan;

    private final Servers servers;

    private final Topic topic;

    private final Results results;

    private final TimeSource time;

    Measurements(LoadPlan plan, Servers servers, Topic topic, Results results, TimeSource time) {
        this.plan = plan;
        this.servers = servers;
        this.topic = topic;
        this.results = results;
        this.time = time;
    }

    /** So that what is measured is compiled: a bit of everything. */
    void warmUp(ContestantProcess process, int backlog) throws InterruptedException {
        process.startRelay();
        process.transact(tag("warm", process, 0), Duration.ofSeconds(4), true);
        awaitDrained(process);
        process.stopRelay();
        for (int i = 1; i <= 2; i++) {
            process.fill(tag("warm", process, i), backlog);
            process.startRelay();
            awaitDrained(process);
            process.stopRelay();
        }
    }

    /** Nothing is relayed meanwhile; it is afterwards. */
    void transactions(ContestantProcess process, int round) throws InterruptedException {
        this.servers.checkpoint();
        Count count = process.transact(tag("tx", process, round), this.plan.publishing(), true);
        this.results.add(OutboxRows.TRANSACTIONS, OutboxColumn.of(process.contestant()), count.perSecond());
        process.startRelay();
        awaitDrained(process);
        process.stopRelay();
    }

    void plainTransactions(ContestantProcess process, int round) {
        this.servers.checkpoint();
        Count count = process.transact(tag("plain", process, round), this.plan.publishing(), false);
        this.results.add(OutboxRows.TRANSACTIONS, OutboxColumn.PLAIN, count.perSecond());
    }

    void kafkaAlone(ContestantProcess process, int backlog, int round) {
        Count count = process.produce(tag("produce" + backlog, process, round), backlog);
        this.results.add(OutboxRows.drain(backlog), OutboxColumn.KAFKA, count.perSecond());
    }

    /** From the first message on the topic to the last, so that how fast a relay starts is not in it. */
    void drain(ContestantProcess process, int backlog, int round) throws InterruptedException {
        process.fill(tag("drain" + backlog, process, round), backlog);
        this.servers.checkpoint();
        long before = this.topic.length();
        long cpu = process.cpuNanos();
        process.beginToRelay();
        long begin = this.topic.awaitLength(before + 1, CLOSE_LOOK);
        long begun = this.topic.length() - before;
        long end = this.topic.awaitLength(before + backlog, CLOSE_LOOK);
        process.awaitAnswer();
        long spent = process.cpuNanos() - cpu;
        awaitDrained(process);
        process.stopRelay();
        OutboxColumn column = OutboxColumn.of(process.contestant());
        this.results.add(OutboxRows.drain(backlog), column, (backlog - begun) * 1e9 / (end - begin));
        this.results.add(OutboxRows.cpu(backlog), column, spent / 1e3 / backlog);
    }

    /** From the first transaction until the last message is on the topic. */
    void both(ContestantProcess process, int round) throws InterruptedException {
        this.servers.checkpoint();
        process.startRelay();
        Map<TopicPartition, Long> before = this.topic.ends();
        String tag = tag("both", process, round);
        long begin = this.time.nanoTime();
        long published = process.transact(tag, this.plan.publishing(), true).done();
        long end = this.topic.awaitLength(Topic.length(before) + published, CLOSE_LOOK);
        awaitDrained(process);
        process.stopRelay();
        Arrivals arrivals = this.topic.since(before, tag);
        OutboxColumn column = OutboxColumn.of(process.contestant());
        this.results.add(OutboxRows.BOTH, column, published * 1e9 / (end - begin));
        this.results.add(OutboxRows.BOTH_LOST, column, published - arrivals.distinct());
        this.results.add(OutboxRows.BOTH_INVERSIONS, column, arrivals.inversions());
    }

    void latency(ContestantProcess process, int round) throws InterruptedException {
        this.servers.checkpoint();
        process.startRelay();
        Latency latency = process.latency(tag("latency", process, round), this.plan.latency(), true);
        awaitDrained(process);
        process.stopRelay();
        add(OutboxColumn.of(process.contestant()), latency);
    }

    void latencyOfKafkaAlone(ContestantProcess process, int round) {
        this.servers.checkpoint();
        add(OutboxColumn.KAFKA, process.latency(tag("direct", process, round), this.plan.latency(), false));
    }

    private void add(OutboxColumn column, Latency latency) {
        this.results.add(OutboxRows.LATENCY_MEDIAN, column, latency.median());
        this.results.add(OutboxRows.LATENCY_P99, column, latency.p99());
    }

    void bursts(ContestantProcess process, int round) throws InterruptedException {
        this.servers.checkpoint();
        process.startRelay();
        Map<TopicPartition, Long> before = this.topic.ends();
        String tag = tag("bursts", process, round);
        long published = process.bursts(tag, KEYS_OF_A_PUBLISHER, BURST).done();
        awaitDrained(process);
        process.stopRelay();
        Arrivals arrivals = this.topic.since(before, tag);
        OutboxColumn column = OutboxColumn.of(process.contestant());
        this.results.add(OutboxRows.BURST_INVERSIONS, column, arrivals.inversions());
        this.results.add(OutboxRows.BURST_LOST, column, published - arrivals.distinct());
    }

    void awaitDrained(ContestantProcess process) throws InterruptedException {
        if (drained(process, Duration.ofMillis(50), PATIENCE).isEmpty()) {
            throw new IllegalStateException(process.contestant() + " does not come to an end");
        }
    }

    /** Returns when nothing was seen to be owed any more, monotonic; nothing if that was not within the time given. */
    OptionalLong drained(ContestantProcess process, Duration pause, Duration patience) throws InterruptedException {
        long giveUp = this.time.nanoTime() + patience.toNanos();
        while (!process.drained()) {
            if (this.time.nanoTime() - giveUp > 0) {
                return OptionalLong.empty();
            }
            this.time.sleep(pause);
        }
        return OptionalLong.of(this.time.nanoTime());
    }

    /** Kafka's keys and the bookings carry it. */
    static String tag(String part, ContestantProcess process, int round) {
        return part + round + process.contestant().label();
    }
}
